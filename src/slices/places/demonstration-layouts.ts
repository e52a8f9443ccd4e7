/** Two drawings of Aldermark in hexagons: of the bodies that do a district's work, and of those that do a county's. Invented. */
import type { LayoutRecord } from './layouts.ts'

type FictionalLayout = Omit<LayoutRecord, 'moment' | 'import' | 'cells'> & {
  cells: readonly { code: string; q: number; r: number }[]
}

/** Rows from north to south: the first column, then codes from west to east; null is open water. */
type DrawnRow = readonly [r: number, firstColumn: number, ...codes: (string | null)[]]

const drawn = (rows: readonly DrawnRow[]) => rows.flatMap(([r, first, ...codes]) =>
  codes.flatMap((code, place) => (code === null ? [] : [{ code, q: first + place, r }])))

const publisher = 'Fictional Statistics Office of Aldermark'
const source = 'Invented for demonstration'
const licence = 'Invented for demonstration'

export const fictionalLayouts: readonly FictionalLayout[] = [
  {
    slug: 'aldermark-districts', title: 'Districts and single-tier councils of Aldermark (fictional)', arrangement: 'odd-r', publisher, source, licence,
    cells: drawn([
      [8, 1, 'X12000001', 'X12000002'],
      [6, 2, 'X07000006', 'X07000003'],
      [5, 2, 'X07000007', 'X07000002', 'X06000006'],
      [4, 0, 'X12000003', null, 'X07000005', 'X07000004', 'X07000001', 'X06000008'],
      [3, 1, 'X07000016', 'X07000015', 'X08000001', 'X08000002', 'X06000007', 'X06000003'],
      [2, 1, 'X07000020', 'X06000009', 'X08000003', 'X08000004', 'X07000009', 'X07000008'],
      [1, 1, 'X06000010', 'X08000006', 'X08000005', 'X08000007', 'X07000010'],
      [0, 1, 'X06000005', 'X07000012', 'X07000014', 'X06000004', 'X07000011'],
      [-1, 2, 'X07000013', 'X06000002'],
    ]),
  },
  {
    slug: 'aldermark-counties', title: 'Counties and single-tier councils of Aldermark (fictional)', arrangement: 'odd-r', publisher, source, licence,
    cells: drawn([
      [6, 1, 'X12000001', 'X12000002'],
      [4, 2, 'X10000002', 'X10000001', 'X06000006'],
      [3, 0, 'X12000003', null, 'X10000005', 'X08000001', 'X08000002', 'X06000008'],
      [2, 1, 'X06000009', 'X08000006', 'X08000003', 'X08000004', 'X06000007', 'X06000003'],
      [1, 1, 'X06000010', 'X08000005', 'X08000007', 'X10000003'],
      [0, 2, 'X06000005', 'X10000004', 'X06000004'],
      [-1, 3, 'X06000002'],
    ]),
  },
]
