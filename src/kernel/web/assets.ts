import { createHash } from 'node:crypto'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { notFound } from '../problems.ts'

/** The folder all templates, styles and scripts are named from. */
export const sourceRoot = fileURLToPath(new URL('../../', import.meta.url))
/** Where govuk-frontend keeps what browsers and templates use. */
export const govukRoot = dirname(
  dirname(createRequire(import.meta.url).resolve('govuk-frontend/dist/govuk/all.bundle.js')),
)

/** Fonts people already have: nothing to download, and figures of equal width in all of them. */
const fontStack = '"Segoe UI",system-ui,-apple-system,"Helvetica Neue","Open Sans",Arial,sans-serif'

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
}

interface Asset {
  type: string
  content: string
}

export interface Assets {
  /** The address of an asset by its plain name, such as `workbench.css`. */
  address(name: string): string
  find(hashedName: string): Asset | undefined
}

/**
 * Reads every style, script and picture once. Each is served under a name that holds a hash of its content, so browsers may
 * keep it for ever and never show an old one.
 */
export function loadAssets(): Assets {
  const addresses = new Map<string, string>()
  const byHashedName = new Map<string, Asset>()
  for (const [name, raw] of assetSources()) {
    // A script names the ones it needs as "./name"; those come earlier in the list and have their final names by now.
    const content = raw.replace(/(['"])\.\/([\w.-]+)\1/g, (whole, quote: string, other: string) => {
      const address = addresses.get(other)
      return address ? quote + address + quote : whole
    })
    const extension = extname(name)
    const hashed = `${name.slice(0, -extension.length)}-${createHash('sha256').update(content).digest('hex').slice(0, 10)}${extension}`
    addresses.set(name, `/assets/${hashed}`)
    byHashedName.set(hashed, { type: types[extension] ?? 'application/octet-stream', content })
  }
  return {
    address(name) {
      const address = addresses.get(name)
      if (!address) throw new Error(`There is no asset "${name}". Known are ${[...addresses.keys()].join(', ')}.`)
      return address
    },
    find: (hashedName) => byHashedName.get(hashedName),
  }
}

export function serveAssets(app: FastifyInstance, assets: Assets): void {
  app.get<{ Params: { name: string } }>(
    '/assets/:name',
    { config: { access: 'public', identify: false } },
    async (request, reply) => {
      const asset = assets.find(request.params.name)
      if (!asset) throw notFound('There is no such file. Load the page again to get the present ones.')
      return reply.header('cache-control', 'public, max-age=31536000, immutable').type(asset.type).send(asset.content)
    },
  )
}

function assetSources(): Map<string, string> {
  const govuk = (file: string) => readFileSync(join(govukRoot, 'govuk', file), 'utf8')
  const own = readdirSync(join(sourceRoot, 'assets')).sort()
  return new Map([
    ['govuk-frontend.min.css', withOwnFont(govuk('govuk-frontend.min.css'))],
    ['govuk-frontend.min.js', govuk('govuk-frontend.min.js').replace(/\/\/# sourceMappingURL=.*\s*$/, '')],
    ...own.map((name): [string, string] => [
      name,
      name === 'workbench.css' ? ownStyles() : readFileSync(join(sourceRoot, 'assets', name), 'utf8'),
    ]),
  ])
}

/** One style sheet of ours: the frame's, then each component's, the charts' and each slice's own. */
function ownStyles(): string {
  const files = [
    'assets/workbench.css',
    ...globSync('kernel/web/components/*/styles.css', { cwd: sourceRoot }).sort(),
    'kernel/charts/charts.css',
    ...globSync('slices/*/views/styles.css', { cwd: sourceRoot }).sort(),
  ]
  return files
    .map((file) => join(sourceRoot, file))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
}

/**
 * Takes the typeface GDS Transport and the royal crest out of govuk-frontend's styles: both are licensed for services on
 * gov.uk domains only, and this program runs wherever a council puts it.
 */
function withOwnFont(css: string): string {
  return css
    .replace(/\/\*! Copyright \(c\) 2011 by Margaret Calvert[^*]*\*\//, '')
    .replace(/@font-face\{[^}]*\}/g, '')
    .replaceAll('font-family:GDS Transport,arial,sans-serif', `font-family:${fontStack}`)
    .replaceAll('GDS Transport', 'sans-serif')
    .replaceAll('url(/assets/images/govuk-crest.svg)', 'none')
    .replace(/\/\*# sourceMappingURL=.*?\*\//, '')
}
