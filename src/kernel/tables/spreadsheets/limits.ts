/**
 * What a spreadsheet may be, so that no file fills the memory or keeps the program busy. A sheet is held in memory whole while it
 * is read; text tables are not, and may have any length.
 */
export const limits = {
  /** Bytes of the file itself. */
  packed: 100_000_000,
  /** Parts of the package. */
  entries: 5_000,
  /** Bytes of the parts that are read, unpacked: counted while unpacking, whatever the file says of itself. */
  unpacked: 400_000_000,
  /** Unpacked bytes for each packed one, for parts of some size. Honest sheets reach about a hundred. */
  ratio: 250,
  ratioFrom: 5_000_000,
  /** Rows of a sheet, as many as spreadsheet programs have. A cell said to stand further down is a lie. */
  rows: 1_048_576,
  /** Cells of a sheet, those left blank between others included. */
  cells: 20_000_000,
  /** Milliseconds for taking the file apart. */
  time: 60_000,
  /** Megabytes of memory for it. */
  memory: 3_000,
} as const
