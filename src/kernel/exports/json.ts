import type { Export } from './export.ts'
import { valueOf, type Value } from './values.ts'

/**
 * The table as one JSON array of objects, piece by piece. Numbers are written digit for digit as they are kept, so that a reader with
 * more than double precision loses nothing.
 */
export async function* writtenAsJson({ columns, rows }: Pick<Export, 'columns' | 'rows'>): AsyncGenerator<string, void> {
  const names = columns.map(({ name }) => JSON.stringify(name))
  let before = '['
  for await (const row of rows) {
    const members = columns.map(({ datatype }, place) => `${names[place]}:${inJson(valueOf(row[place] ?? null, datatype))}`)
    yield `${before}\n{${members.join(',')}}`
    before = ','
  }
  yield before === '[' ? '[]\n' : '\n]\n'
}

function inJson(value: Value): string {
  switch (value.kind) {
    case 'empty':
      return 'null'
    case 'number':
      return value.digits
    case 'yes-no':
      return String(value.yes)
    case 'date':
      return JSON.stringify(value.day)
    case 'moment':
      return JSON.stringify(value.at)
    case 'text':
      return JSON.stringify(value.text)
  }
}
