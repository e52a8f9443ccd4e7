import { describe, expect, test } from 'vitest'
import { jsonLists, openTable, sourceOf, TableProblem, type OpenOptions } from '../index.ts'

const file = 'points.json'

async function read(document: unknown, options: Partial<OpenOptions> = {}): Promise<{ columns: string[]; rows: string[][] }> {
  const text = typeof document === 'string' ? document : JSON.stringify(document)
  const table = await openTable(sourceOf(text), { file, format: 'json', ...options })
  const rows = await Array.fromAsync(table.rows, ({ cells }) => cells)
  return { columns: table.columns.map(({ name }) => name), rows }
}

const problemOf = async (document: unknown, options: Partial<OpenOptions> = {}): Promise<TableProblem> => {
  try {
    await read(document, options)
  } catch (cause) {
    if (cause instanceof TableProblem) return cause
    throw cause
  }
  return expect.unreachable()
}

describe('JSON', () => {
  test('a list of records at a path is a table with a column for each field, inner fields too', async () => {
    const document = { objects: { lad: { geometries: [{ type: 'Polygon', properties: { code: 'E1', area: 1.5 } }, { properties: { code: 'E2', name: null } }] } } }
    expect(await read(document, { path: ['objects', 'lad', 'geometries'] })).toEqual({
      columns: ['type', 'properties.code', 'properties.area', 'properties.name'],
      rows: [['Polygon', 'E1', '1.5', ''], ['', 'E2', '', '']],
    })
  })

  test('an object is a row for each entry, or for each item of its lists, with key, position, value and fields', async () => {
    expect(await read({ E1: ['E2', 'E3'], E4: 'E5' })).toEqual({ columns: ['key', 'position', 'value'], rows: [['E1', '1', 'E2'], ['E1', '2', 'E3'], ['E4', '1', 'E5']] })
    expect(await read({ E1: { n: 'Alpha', key: 'x' } })).toEqual({ columns: ['key', 'position', 'value', 'n', 'key (2)'], rows: [['E1', '1', '{"n":"Alpha","key":"x"}', 'Alpha', 'x']] })
  })

  test('a list of lists is a table with its header in it, and a list of texts has positions', async () => {
    expect(await read([['title'], ['code', 'value'], ['E1', 2]], { header: { line: 2 } })).toEqual({ columns: ['code', 'value'], rows: [['E1', '2']] })
    expect(await read(['a', 'b'])).toEqual({ columns: ['position', 'value'], rows: [['1', 'a'], ['2', 'b']] })
  })

  test('a hex map states its layout on every row', async () => {
    const { columns, rows } = await read({ layout: 'odd-r', hexes: { E1: { n: 'Alpha', q: 1, r: 0 } } }, { format: 'hexjson' })
    expect(columns).toEqual(['key', 'position', 'value', 'n', 'q', 'r', 'layout'])
    expect(rows[0]?.slice(3)).toEqual(['Alpha', '1', '0', 'odd-r'])
    expect((await problemOf({ hexes: {} }, { format: 'hexjson' })).seen).toBe('the document does not state its layout')
  })

  test('names that objects inherit are keys like any others', async () => {
    expect(await read('[{"__proto__": "a", "constructor": "b", "toString": 1}]')).toEqual({ columns: ['__proto__', 'constructor', 'toString'], rows: [['a', 'b', '1']] })
    expect((await problemOf('{"a": 1}', { path: ['constructor'] })).seen).toBe('the document has no "constructor"; it has "a"')
  })

  test.each([
    ['cut short', '{"a": [1, 2', 'cut-short', /^the file is not JSON \(.*\); it may have been cut short$/],
    ['one with a key twice', '{"E1": 1, "E2": {"x": 1}, "E1": 2}', 'json', /names the key "E1" twice/],
    ['nested very deep', '['.repeat(5000) + ']'.repeat(5000), 'json', /nested more than 60 deep/],
    ['a bare number', '7', 'not-a-table', /there is a number/],
  ])('a document that is %s is refused with the reason', async (_, text, fault, seen) => {
    const problem = await problemOf(text)
    expect([problem.fault, problem.seen]).toEqual([fault, expect.stringMatching(seen)])
  })

  test('the lists in a document are found, the longest first', async () => {
    const lists = await jsonLists(sourceOf(JSON.stringify({ points: [{ y: 1 }, { y: 2 }], names: { E1: { label: 'Alpha' } }, note: 'x' })), file)
    expect(lists.map(({ path, rows, columns }) => [path.join('.'), rows, columns])).toEqual([
      ['', 4, ['key', 'position', 'value', 'y', 'E1.label']], ['points', 2, ['y']], ['names', 1, ['key', 'position', 'value', 'label']],
    ])
  })
})
