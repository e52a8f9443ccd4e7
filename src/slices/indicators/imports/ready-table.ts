/** For tests and the documentation: docs/ready-recipes.md, put together from the reports of imports that were really made. */
import { countOf, formatCount } from '#kernel/figures/index.ts'
import { readyRecipe } from './ready.ts'
import { nouns, reasonWords, type ImportReport } from './report.ts'
import type { Reason } from './recipe-parts.ts'

/** One file that was imported by one recipe. */
export interface ReadFile {
  /** Path inside the folder of published files. */
  file: string
  report: ImportReport
  /** What importing it again did. */
  again: ImportReport
}

/** A file that no recipe reads, with the reason as a sentence. */
export interface UnreadFile {
  file: string
  because: string
}

const columns = ['File', 'Recipe', 'What was read', 'Left out, and why', 'Refused', 'Warnings', 'Again']

/** The page. Files stand in the order of their folders and names. */
export function readyTable(read: readonly ReadFile[], unread: readonly UnreadFile[]): string {
  const folders = Map.groupBy(read.toSorted((a, b) => byPath(a.file, b.file) || byPath(a.report.recipe, b.report.recipe)), ({ file }) => folderOf(file))
  const recipes = [...new Set(read.map(({ report }) => report.recipe))].sort(byPath)
  return [
    introduction,
    ...[...folders].map(([folder, files]) => `## ${folder}\n\n${tableOf([columns, ...files.map(lineOf)])}`),
    `## Files that are not read\n\n${tableOf([['File', 'Why'], ...unread.map(({ file, because }) => [file, because])])}`,
    `## What the recipes decide\n\nEvery report repeats these sentences.\n\n${recipes.flatMap(decisionsOf).join('\n\n')}`,
  ].join('\n\n') + '\n'
}

const introduction = `# Ready recipes and what they made of their files

Published files that the workbench was made with, and what became of each in an import that was really made. \`npm run recipes-table\` makes this page
anew; a test holds it against the files where they are there. Files are named as in the folder of the publisher's, which is not part of the
workbench: the recipe says where each comes from (\`npm run -s bv -- recipes show NAME\`). "Again" is what importing the file a second time did.

One recipe reads every release of its publisher that has the same columns. A file that needs another imported first says so in its recipe.`

const folderOf = (file: string) => file.split('/')[0] ?? file
const nameOf = (file: string) => file.split('/').slice(1).join('/')
const byPath = (a: string, b: string) => a.localeCompare(b, 'en')

function tableOf([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

function lineOf({ file, report, again }: ReadFile): string[] {
  const { counts } = report
  return [
    nameOf(file), `\`${report.recipe}\``, whatWasRead(report),
    counts.left_out.length === 0 ? 'nothing' : counts.left_out.map(({ because, rows }) => `${formatCount(rows)}: ${because}`).join('; '),
    formatCount(counts.refused),
    Object.entries(counts.warnings).map(([check, count]) => `${formatCount(count)} ${check}`).join(', ') || 'none',
    again.outcome === 'nothing-new' ? 'changes nothing' : again.outcome,
  ]
}

function whatWasRead({ counts, produces, notes }: ImportReport): string {
  const total = counts.new + counts.revised + counts.unchanged
  const absent = Object.entries(counts.absent) as [Reason, number][]
  const parts = [
    ...(counts.reference > 0 ? [`${formatCount(counts.reference)} of areas, for reference`] : []),
    ...absent.map(([reason, count]) => `${formatCount(count)} ${reasonWords[reason]}`),
    ...(counts.repeated > 0 ? [`${formatCount(counts.repeated)} given twice, taken once`] : []),
    ...(counts.measures_made > 0 ? [`${countOf(counts.measures_made, 'measure')} made`] : []),
  ]
  return `${countOf(counts.rows_read, 'row')}: ${countOf(total, ...nouns[produces])}${parts.length === 0 ? '' : ` (${parts.join('; ')})`}${produces === 'observations' ? '' : notes.map((note) => `. ${note.replace(/\.$/, '')}`).join('')}`
}

function decisionsOf(name: string): string[] {
  const { title, decides } = readyRecipe(name)
  return decides.length === 0 ? [] : [`**\`${name}\`**, ${title}:\n\n${decides.map((one) => `- ${one}`).join('\n')}`]
}
