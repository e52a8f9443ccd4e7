// Charts rendered on the server: SVG for a strict content security policy, each with its text alternative.
export type { Chart, Scale } from './chart.ts'
export { distribution, type DistributionOptions } from './distribution.ts'
export { sparkline, type SparklineOptions } from './sparkline.ts'
export { dotStrip, type DotStripOptions } from './dot-strip.ts'
export { strip, type Spine, type StripOptions } from './strip.ts'
export { trend, type TrendOptions, type TrendPoint } from './trend.ts'
