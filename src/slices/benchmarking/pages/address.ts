/** What a page was asked, by field of its form; empty and absent fields do not stand in an address. */
export type Asked = Record<string, string | readonly string[] | null | undefined>

/** An address with the question in it, so that what is shown can be kept and sent on. */
export function addressOf(path: string, asked: Asked = {}): string {
  const query = new URLSearchParams()
  for (const [field, given] of Object.entries(asked)) {
    for (const value of typeof given === 'string' ? [given] : (given ?? [])) {
      if (value !== '') query.append(field, value)
    }
  }
  const text = query.toString()
  return text === '' ? path : `${path}?${text}`
}

export const measureAddress = (code: string, asked: Asked = {}) => addressOf(`/measures/${encodeURIComponent(code)}`, asked)

export const oneMeasureAddress = (authority: string, measure: string, asked: Asked = {}) =>
  addressOf(`/authorities/${encodeURIComponent(authority)}/measures/${encodeURIComponent(measure)}`, asked)
