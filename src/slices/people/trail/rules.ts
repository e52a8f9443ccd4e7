import type { TrailEntry } from '#kernel/db/trail.ts'

/** How the trail is put into words. No database, no web. */

/** Who did it: "Ada Bell (Northmere District Council)", "The command line". */
export function whoInWords(entry: Pick<TrailEntry, 'actor_kind' | 'actor_name'>, organisation: string | null): string {
  const name = entry.actor_kind === 'system' ? `The ${entry.actor_name.replace(/^the /, '')}` : entry.actor_name
  return organisation === null ? name : `${name} (${organisation})`
}

/** What they did, as the rest of the sentence. Entries that say nothing themselves are told by action and subject. */
export function whatInWords(entry: Pick<TrailEntry, 'says' | 'action' | 'subject'>): string {
  return entry.says ?? `did “${actionInWords(entry.action)}” to ${entry.subject}`
}

/** `people.change-roles` as "people: change roles". */
export function actionInWords(action: string): string {
  const [slice, ...rest] = action.split('.')
  return rest.length === 0 ? action : `${slice}: ${rest.join(' ').replaceAll('-', ' ')}`
}

/** Before and after on one line each: "roles: reader → reader, administrator". Only what differs; all of it where one side is missing. */
export function differences(before: string | null, after: string | null): string[] {
  const [was, is] = [fieldsOf(before), fieldsOf(after)]
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])]
  return names
    .map((name) => ({ name, was: inWords(was[name]), is: inWords(is[name]) }))
    .filter((field) => field.was !== field.is)
    .map((field) => `${field.name.replaceAll('_', ' ')}: ${before === null ? field.is : after === null ? `was ${field.was}` : `${field.was} → ${field.is}`}`)
}

function fieldsOf(json: string | null): Record<string, unknown> {
  if (json === null) return {}
  const value: unknown = JSON.parse(json)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : { value }
}

function inWords(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(inWords).join(', ')
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
