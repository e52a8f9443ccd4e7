/**
 * Regular expressions that people write into recipes. They are run by an engine whose time grows no faster than the text is long, so
 * that none can hold up the workbench; what such an engine cannot do is refused when the recipe is read.
 */
import { RE2JS } from 're2js'

export interface Expression {
  /** As it was written. */
  readonly source: string
  fits(text: string): boolean
  /** The first place in the text that fits; null when none does. */
  find(text: string): Found | null
}

export interface Found {
  whole: string
  /** What the first group holds; null where it holds nothing or there is none. */
  first: string | null
  /** What the named groups hold. */
  groups: Record<string, string | null>
}

/** The expression, ready to be held against texts. @throws SyntaxError when `expressionFault` has something to say about it */
export function expressionOf(source: string): Expression {
  const compiled = RE2JS.compile(RE2JS.translateRegExp(source))
  const names = Object.keys(compiled.namedGroups())
  return {
    source,
    fits: (text) => compiled.test(text),
    find(text) {
      const matcher = compiled.matcher(text)
      if (!matcher.find()) return null
      const groups = Object.fromEntries(names.map((name) => [name, matcher.group(name)]))
      return { whole: matcher.group() ?? '', first: matcher.groupCount() > 0 ? matcher.group(1) : null, groups }
    },
  }
}

/** What of other engines cannot be done in a time that is bounded by the length of the text. */
const beyond = [
  { sign: /\(\?<?[=!]/, says: 'looks ahead or behind, with (?= (?! (?<= or (?<!, which is not supported: say what fits, and in a condition what does not under "does_not_match"' },
  { sign: /\\(?:[1-9]|k<)/, says: 'refers back to a group, with \\1 or \\k, which is not supported' },
]

/** What is wrong with an expression, as the rest of a sentence that begins with it; null when it can be used. */
export function expressionFault(source: string): string | null {
  const bare = source.replace(/\\\\/g, '')
  for (const { sign, says } of beyond) if (sign.test(bare)) return says
  try {
    new RegExp(source, 'u')
  } catch {
    return 'is not a valid regular expression'
  }
  try {
    expressionOf(source)
    return null
  } catch (cause) {
    return `is not a regular expression of the kind that recipes can use (${cause instanceof Error ? cause.message.replace(/^error parsing regexp: /, '') : String(cause)})`
  }
}
