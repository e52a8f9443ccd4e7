import { z } from 'zod'

// What a comparison answers with, on the command line and to programs. Fields have the words of the glossary; figures are in
// the measure's own unit as published and are never rounded; null means that there is nothing to say.

const figure = z.number().nullable()
const words = z.string().nullable()

const measureAnswer = z.object({
  code: z.string(),
  title: z.string(),
  version: z.number().describe('Version of the definition used.'),
  dimension: words,
  service: words,
  unit: z.string(),
  unit_kind: z.string(),
  prefix: z.string(),
  suffix: z.string(),
  scale: z.array(z.string()).nullable().describe('The words of an ordinal scale, the worst first: values are places in it, from 1. Null: values are numbers.'),
  display_factor: z.number().describe('What to multiply a value by before showing it: 100 where percentages are kept as fractions.'),
  decimals: z.number().describe('How many decimals the publisher shows.'),
  polarity: z.enum(['higher', 'lower', 'midpoint', 'none']).describe('Which way is better.'),
  midpoint: figure.describe('The best value, where the polarity is midpoint.'),
  numerator_name: words,
  denominator_name: words,
  change_as: z.enum(['difference', 'relative']),
  publisher: z.string(),
  source_link: words,
  licence: words,
  fictional: z.boolean(),
  local: z.boolean().describe('Whether it is a measure of one organisation’s own.'),
})

const periodAnswer = z.object({
  label: z.string(),
  kind: z.string(),
  starts: z.string().describe('First day.'),
  ends: z.string().describe('Last day.'),
})

const groupAddress = z.object({
  address: z.string(),
  title: z.string(),
  publisher: words.describe('Who sorted the authorities; null for groups that follow from the register.'),
  licence: words.describe('The terms on which the grouping was published, or what is known of them.'),
  dated: words.describe('The date the publisher gives the grouping.'),
  asked: z.boolean().describe('False: no group was asked for and this is the usual one.'),
})

/** Beside a value or a median. */
const word = words.describe('The same as a word, or between two, where the measure is on a scale of words; else null.')

const authorityName = z.object({ code: z.string(), name: z.string(), known_name: z.string() })

const reach = z.object({
  quartile: z.number().describe('The quarter that would be reached.'),
  bound: z.number().describe('The value at its edge; reaching it is enough.'),
  difference: z.number().describe("bound − value, in the measure's unit."),
  numerator_change: figure.describe('The same in people, homes, days or pounds: positive is more of them. Null: not known.'),
  numerator_factor: z.number().describe("Unit of numerator_change in units of the published numerator's name: 1, or 1000 where it is in thousands."),
  words: z.string(),
})

const rowAnswer = z.object({
  ...authorityName.shape,
  value: figure,
  word,
  numerator: figure,
  denominator: figure,
  status: z.string(),
  reason: words.describe('Why there is no value.'),
  rank: figure.describe('Competition rank, best 1. Null without a value or where the measure has no better direction.'),
  compared: z.number().describe('How many of the group have a value.'),
  rank_share: figure.describe('rank ÷ compared.'),
  quartile: figure.describe('1 best to 4. Null when fewer than eight have a value.'),
  deviation: figure.describe('(value − median) ÷ median absolute deviation; neither scaled nor turned.'),
  deviation_scaled: figure.describe('The same ÷ 1.4826, turned so that positive is better.'),
  change: figure.describe('The change since the previous comparable period: the same number as change_since_previous.'),
  change_since_previous: figure.describe("Positive is better. In the measure's unit for change_as difference, else a fraction."),
  previous_period: words,
  previous_value: figure,
  change_since_first: figure,
  first_period: words,
  first_value: figure,
  interval: z
    .object({ lower: z.number(), upper: z.number(), method: z.enum(['published', 'wilson', 'byar']) })
    .nullable()
    .describe('95% confidence interval.'),
  clearly_different: z.boolean().nullable().describe('Whether the interval leaves out the median of the group. Null: no interval.'),
  against_median: words.describe('The same in words.'),
  reach: reach.nullable().describe('What the next better quarter would take.'),
  position: z.string().describe('Where it stands, in words.'),
})

const groupAnswer = z.object({
  ...groupAddress.shape,
  expected: z.number().describe('Authorities in the group.'),
  compared: z.number().describe('Authorities with a value.'),
  missing: z.array(z.object({ ...authorityName.shape, status: z.string(), reason: words })),
  minimum: figure,
  quartile_lower: figure.describe('Lower edge of the middle half, as a number.'),
  median: figure,
  median_word: word,
  quartile_upper: figure,
  maximum: figure,
  mean: figure.describe('Null for words on a scale, which have none.'),
  weighted_mean: figure.describe('Sum of numerators ÷ sum of denominators after multipliers.'),
  weighted_over: z.number().describe('How many count in the weighted mean.'),
  median_absolute_deviation: figure,
})

export const comparisonAnswer = z.object({
  sentence: z.string().describe('The comparison in a sentence or two.'),
  measure: measureAnswer,
  period: periodAnswer.extend({ asked: z.boolean().describe('False: no period was asked for and this is the latest.') }),
  known_at: words.describe('The moment whose knowledge this is; null: now.'),
  group: groupAnswer,
  authority: authorityName
    .extend({ in_group: z.boolean() })
    .nullable()
    .describe('The authority in question, where one was named.'),
  reference: z
    .array(z.object({ code: z.string(), name: z.string(), level: z.string(), value: figure, word, reason: words, status: z.string() }))
    .describe('Published figures for countries, regions and other wider areas. They stand beside the authorities and are never ranked.'),
  method: z.string(),
  caveats: z.array(z.string()),
  authorities: z.array(rowAnswer).describe('Every authority of the group, in alphabetical order.'),
})

export const trendAnswer = z.object({
  measure: measureAnswer,
  authority: authorityName,
  group: groupAddress,
  known_at: words,
  breaks: z.array(z.object({ starts: z.string(), note: z.string() })),
  points: z.array(
    z.object({
      ...periodAnswer.shape,
      value: figure.describe('Null: a gap.'),
      word,
      status: z.string(),
      reason: words,
      rank: figure.describe('Competition rank within the group, best 1. Null where the authority is not in it then, or nothing is ranked.'),
      compared: z.number(),
      quartile_lower: figure,
      median: figure,
      median_word: word,
      quartile_upper: figure,
      after_break: z.boolean().describe('Whether a break in series stands before this period and after the one before.'),
    }),
  ),
})

export const profileAnswer = z.object({
  authority: authorityName.extend({ in_group: z.boolean() }),
  group: groupAddress.extend({ members: z.number().describe('Authorities that are or ever were in it, the one in question included.') }),
  known_at: words,
  counts: z
    .object({
      measures: z.number(),
      best_quarter: z.number(),
      better_middle: z.number(),
      worse_middle: z.number(),
      lowest_quarter: z.number(),
      no_figure: z.number(),
      not_compared: z.number(),
    })
    .describe('How many measures stand where. They are not a score: measures are not of equal weight.'),
  measures: z.array(
    z.object({
      measure: measureAnswer,
      period: periodAnswer.nullable().describe('The latest with a value; where there is none, the latest. Null: no row at all.'),
      value: figure,
      word,
      status: z.string(),
      reason: words,
      later_absence: z
        .object({ period: z.string(), reason: words })
        .nullable()
        .describe('A later period of which the authority has no figure.'),
      compared: z.number(),
      minimum: figure,
      quartile_lower: figure,
      median: figure,
      median_word: word,
      quartile_upper: figure,
      maximum: figure,
      rank: figure,
      quartile: figure,
      position: z.string(),
      change_since_previous: figure,
      previous_period: words,
      previous_value: figure,
      direction: z.enum(['better', 'worse', 'higher', 'lower', 'same']).nullable(),
      change_since_first: figure,
      first_period: words,
      first_value: figure,
      spine: z
        .object({
          worst: z.number(),
          best: z.number(),
          median: z.number(),
          middle: z.object({ from: z.number(), to: z.number() }).nullable(),
        })
        .nullable()
        .describe('The group on a line on which better is always greater.'),
      spine_place: figure.describe('Where the value stands on that line.'),
      series: z.array(z.object({ period: z.string(), starts: z.string(), value: figure })),
      breaks: z.array(z.string()).describe('First days of periods before which the series breaks.'),
    }),
  ),
})

export type ProfileAnswer = z.infer<typeof profileAnswer>
export type ProfileRowAnswer = ProfileAnswer['measures'][number]
export type ComparisonAnswer = z.infer<typeof comparisonAnswer>
export type ComparisonRowAnswer = z.infer<typeof rowAnswer>
export type MeasureAnswer = z.infer<typeof measureAnswer>
export type TrendAnswer = z.infer<typeof trendAnswer>
export type ReachAnswer = z.infer<typeof reach>
