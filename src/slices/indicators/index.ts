import type { Slice } from '#kernel/slice.ts'
import { apiRoutes } from './api.ts'
import { exportCommand } from './export-command.ts'
import { importReadings } from './imports/readings.ts'
import { exports } from './exports.ts'
import { importCommands } from './imports/command-line.ts'
import { handOverInIndicators, ownedInIndicators } from './leaving.ts'
import { measuresCommand } from './measures-command.ts'
import { importHelp } from './pages/help.ts'
import { importPages } from './pages/routes.ts'
import { makers } from './pages/rules.ts'
import { bringing } from './pages/import-action.ts'
import { checking, importing } from './pages/working.ts'
import { seed } from './seed.ts'
import { sourceCommands } from './sources/command-line.ts'
import { sourceApi } from './sources/api.ts'
import { sourceRoutes } from './sources/pages.ts'
import { looking } from './sources/working.ts'

export { aliasesOf, breaksOf, everyMeasure, measureByCode, measures, versionsOf, type Measure, type MeasureFilters } from './measures/queries.ts'
export { countedPeriodsOf, periodByLabel, periodsOf, type CountedPeriod, type HeldPeriod } from './measures/periods.ts'
export { wholeMeasure, type WholeMeasure } from './measures/whole.ts'
export { measureStates, type MeasureState } from './measures/state.ts'
export { figuresOf, kindsWithFigures, valuesOf } from './observations/queries.ts'
export { comparedFigures, type AreaFigure, type Compared, type ComparedFigure } from './observations/compared.ts'
export type { DatedValue, Figure } from './observations/queries.ts'
export { everyBreak, everySeriesOf, valuesForMany, type SeriesFigure } from './observations/sets.ts'
export { withheld } from './observations/small-numbers.ts'

export { importFile } from './imports/run.ts'
export { statedMoment } from './imports/queries.ts'
export { parseRecipe as readRecipe, readyRecipe } from './imports/ready.ts'
export type { Recipe } from './imports/recipe.ts'
export type { ImportReport } from './imports/report.ts'

/** What is measured, its figures with their revisions, and how published files become figures. */
export const indicators: Slice = {
  name: 'indicators',
  title: 'Indicators',
  permissions: {
    'imports.make': makers,
    'imports.withdraw': makers,
    'recipes.save': makers,
    'sources.watch': makers,
  },
  navigation: [{ text: 'Imports', href: '/imports' }],
  help: importHelp,
  async routes(app, house) {
    apiRoutes(app, house)
    await importPages(app, house)
    sourceRoutes(app, house)
    await sourceApi(app, house)
  },
  readings: importReadings,
  jobs: [checking, importing, bringing, looking],
  exports,
  commands: [...importCommands, measuresCommand, exportCommand, ...sourceCommands],
  owned: ownedInIndicators,
  handOver: handOverInIndicators,
  seed,
}
