/**
 * How well each fictional council does each service. Most of it is chance; a few have a story, so that pages show
 * something worth asking about.
 */
import type { FictionalAuthority } from '#slices/places/index.ts'
import { trait } from './random.ts'

interface Story {
  authority: string
  service: string
  /** What it adds: 1 is clearly better than most, −1 clearly worse. */
  before: number
  after: number
  /** The year (0 is 2013-14) in which `before` begins to turn into `after`, over three years. */
  turns: number
}

const stories: readonly Story[] = [
  // Northmere: a landlord service that slid, beside some of the best recycling in the nation.
  { authority: 'X07000001', service: 'Housing', before: 0.2, after: -1.9, turns: 6 },
  { authority: 'X07000001', service: 'Waste and recycling', before: 1.2, after: 2.0, turns: 3 },
  { authority: 'X07000001', service: 'Council tax and benefits', before: -0.2, after: 1.1, turns: 8 },
  // Steelhaven: children's services that failed and came back.
  { authority: 'X08000001', service: 'Children’s services', before: -2.1, after: 1.0, turns: 7 },
  { authority: 'X08000001', service: 'Education', before: -0.8, after: 0.7, turns: 8 },
  // Kingsferry: money trouble from 2021-22, and what it did to the rest.
  { authority: 'X06000002', service: 'Finance', before: 0.3, after: -2.6, turns: 7 },
  { authority: 'X06000002', service: 'Corporate', before: 0.4, after: -1.5, turns: 8 },
  { authority: 'X06000002', service: 'Culture and leisure', before: 0.5, after: -1.2, turns: 9 },
  // Skarra: costly, and very good at looking after people.
  { authority: 'X12000001', service: 'Adult social care', before: 1.8, after: 2.0, turns: 4 },
  // Wickenham: planning that was a model and is no longer.
  { authority: 'X07000010', service: 'Planning', before: 2.0, after: -0.9, turns: 5 },
  // South Corveshire: a slow start after reorganisation, then among the better ones; its twin is still struggling.
  { authority: 'X06000010', service: 'Roads and transport', before: -1.2, after: 1.4, turns: 7 },
  { authority: 'X06000009', service: 'Housing', before: -1.3, after: -0.9, turns: 7 },
  { authority: 'X06000009', service: 'Adult social care', before: -1.5, after: -1.2, turns: 8 },
  // Port Haldane: hard circumstances, and better than they would suggest.
  { authority: 'X06000003', service: 'Community safety', before: 0.2, after: 1.8, turns: 5 },
  { authority: 'X06000003', service: 'Education', before: 0.9, after: 1.7, turns: 4 },
  // Hallowby: slow at collecting what it is owed.
  { authority: 'X07000015', service: 'Council tax and benefits', before: -1.4, after: -1.9, turns: 6 },
  // Mereland: comfortable, and slow to do anything about its emissions.
  { authority: 'X10000004', service: 'Climate', before: -0.8, after: -1.5, turns: 6 },
  { authority: 'X08000007', service: 'Climate', before: 0.5, after: 2.0, turns: 5 },
]

/** How well a council does a service in a year (0 is 2013-14): 0 is ordinary, most lie between −1.5 and 1.5. */
export function qualityOf(authority: FictionalAuthority, service: string, year: number): number {
  const general = trait(`general ${authority.code}`)
  const level = trait(`level ${authority.code} ${service}`)
  const slope = trait(`slope ${authority.code} ${service}`)
  const usual = 0.35 * general + 0.65 * level + 0.04 * slope * (year - 6)
  const story = stories.find((one) => one.authority === authority.code && one.service === service)
  if (!story) return usual
  const turned = Math.min(1, Math.max(0, (year - story.turns) / 3))
  return 0.4 * usual + story.before + (story.after - story.before) * turned
}
