// Charts rendered on the server: SVG for a strict content security policy, each with its text alternative.
export type { Chart, Scale } from './chart.ts'
export { hexKey, hexMap, type Hex, type HexLook } from './hex-map.ts'
export { distribution } from './distribution.ts'
export { sparkline } from './sparkline.ts'
export { dotStrip } from './dot-strip.ts'
export { strip, type Spine } from './strip.ts'
export { trend } from './trend.ts'
export type { TrendPoint } from './trend-series.ts'
