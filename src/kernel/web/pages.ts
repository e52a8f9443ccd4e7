import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import nunjucks from 'nunjucks'
import { everyone, may } from '../access/actor.ts'
import type { Actor, Permissions } from '../access/actor.ts'
import type { House, NavigationItem } from '../slice.ts'
import { govukRoot, sourceRoot } from './assets.ts'
import type { Assets } from './assets.ts'
import { csrfFieldName, csrfToken } from './csrf.ts'
import type { PageData } from './frame.ts'
import { optionsOf } from './html.ts'
import { leaveNotice, takeNotice } from './notices.ts'

export const productName = 'Best Value Workbench'

interface PageFrame {
  house: House
  assets: Assets
  navigation: NavigationItem[]
  permissions: Permissions
  /** Puts a page by for the next who asks, where that is right, and gives what to send. */
  keep: (request: FastifyRequest, reply: FastifyReply, html: string) => Buffer | string
}

/**
 * The template engine. Templates are named in full from `src` ("slices/places/views/authority.njk") or from govuk-frontend
 * ("govuk/components/button/macro.njk"), compiled once, and strict: a value they were not given fails the page.
 */
function templateEngine(assets: Assets): nunjucks.Environment {
  const engine = new nunjucks.Environment(new nunjucks.FileSystemLoader([sourceRoot, govukRoot]), {
    autoescape: true,
    throwOnUndefined: true,
    trimBlocks: true,
    lstripBlocks: true,
  })
  engine.addGlobal('asset', (name: string) => assets.address(name))
  engine.addGlobal('productName', productName)
  engine.addGlobal('optionsOf', optionsOf)
  return engine
}

/** Adds `reply.page` and `reply.notice`. */
export function answerWithPages(app: FastifyInstance, frame: PageFrame): void {
  const engine = templateEngine(frame.assets)
  app.decorateReply('page', function (this: FastifyReply, template: string, data: PageData) {
    const html = engine.render(template, {
      ...data,
      ...surroundings(frame, this.request, this, data.hasSecretAddress === true),
      windowTitle: windowTitle(data),
    })
    return this.type('text/html; charset=utf-8').send(frame.keep(this.request, this, html))
  })
  app.decorateReply('notice', function (this: FastifyReply, text: string) {
    leaveNotice(this, frame.house.config, text, frame.house.now())
    return this
  })
}

/** What a screen reader says first and a row of tabs shows: the page, its section, the product. */
function windowTitle(data: PageData): string {
  const parts = [data.title, ...(data.section && data.section !== data.title ? [data.section] : []), productName]
  return (data.errorSummary ? 'Error: ' : '') + parts.join(' – ')
}

/** What the layout needs about the request. `frame` in templates. */
function surroundings(frame: PageFrame, request: FastifyRequest, reply: FastifyReply, hasSecretAddress: boolean) {
  const { config } = frame.house
  const actor = request.actor ?? everyone
  const path = request.url.split('?', 1)[0] ?? '/'
  return {
    frame: {
      navigation: navigationFor(frame, actor, path),
      person:
        actor.kind === 'person'
          ? { name: actor.name, organisations: actor.memberships.map((m) => m.name).join(', ') }
          : null,
      notice: takeNotice(request, reply, config),
      fictional: config.demo === 'on',
      signInHref: path === '/sign-in' || path === '/' || hasSecretAddress ? '/sign-in' : `/sign-in?next=${encodeURIComponent(request.url)}`,
    },
    csrfField: () => {
      // Its token is for this visitor alone, so the page is too.
      request.shown = null
      const token = csrfToken(request, reply, config)
      return new nunjucks.runtime.SafeString(`<input type="hidden" name="${csrfFieldName}" value="${token}">`)
    },
  }
}

function navigationFor({ navigation, permissions }: PageFrame, actor: Actor, path: string) {
  return navigation
    .filter((item) => !item.may || may(permissions, actor, item.may))
    .map(({ text, href }) => ({ text, href, current: path === href, active: path.startsWith(`${href}/`) }))
}
