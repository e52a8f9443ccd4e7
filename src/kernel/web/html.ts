import nunjucks from 'nunjucks'
import type { Chart } from '../charts/index.ts'

/** Finished HTML, which templates print as it is. Made here only, so that nothing gets into it unescaped. */
export type Html = nunjucks.runtime.SafeString

const unsafe = /[&<>"']/
const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const escaped = (text: string) => (unsafe.test(text) ? text.replace(/[&<>"']/g, (mark) => escapes[mark]!) : text)

type Part = Html | string | number | readonly Html[]

/**
 * HTML written out in the program: html`<td>${words}</td>`. For tables and lists of hundreds of lines, which templates take many
 * times as long over. Texts are made safe, also inside quoted attributes; HTML and lists of it are put in as they are.
 */
export function html(markup: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let whole = markup[0]!
  for (const [i, part] of parts.entries()) whole += written(part) + markup[i + 1]!
  return new nunjucks.runtime.SafeString(whole)
}

function written(part: Part): string {
  if (typeof part === 'string') return escaped(part)
  if (typeof part === 'number') return String(part)
  return Array.isArray(part) ? part.join('') : part.toString()
}

/** A chart, whose texts are safe already. */
export const picture = ({ svg }: Pick<Chart, 'svg'>): Html => new nunjucks.runtime.SafeString(svg)

/** The choices of a select element, the chosen one marked. */
export function optionsOf({ value, options }: { value: string; options: readonly { value: string; text: string }[] }): Html {
  return html`${options.map((option) => html`<option value="${option.value}"${option.value === value ? selected : ''}>${option.text}</option>
`)}`
}

const selected = html` selected`
