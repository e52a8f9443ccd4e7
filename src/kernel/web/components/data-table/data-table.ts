/** One cell, finished: numbers formatted, links built. */
export interface DataCell {
  text?: string | number
  /** Ready-made markup instead of text, such as a chart. Never from a person or a file. */
  html?: string
  href?: string
  id?: string
  /** Why there is no figure. Shown as words, never as a blank. */
  absence?: string
}

export interface DataColumn {
  text: string
  /** Right-aligned, with figures of equal width. */
  numeric?: boolean
  /** Holds sentences: on a card they stand under the heading, from left to right. */
  prose?: boolean
}

/** What the macro `dataTable` takes. The first column names the row. */
export interface DataTable {
  id: string
  caption: string
  captionHidden?: boolean
  columns: DataColumn[]
  rows: DataCell[][]
  /** On a narrow screen: each row a card, or the whole table in a frame that scrolls. */
  narrow: 'cards' | 'scroll'
  /** Said instead of the table when there are no rows. */
  empty?: string
}
