import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { ordinaryLogin } from './login.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the test server as its superuser. */
    serverUrl: string
  }
}

/** A new, empty database owned by the ordinary login; returns its address for that login and for the superuser. */
export async function createServerDatabase(): Promise<{ ordinary: string; superuser: string }> {
  const url = new URL(inject('serverUrl'))
  const name = `test_${randomBytes(6).toString('hex')}`
  await asSuperuser((client) => client.query(`create database ${name} owner ${ordinaryLogin.name}`))
  url.pathname = `/${name}`
  const superuser = url.href
  url.username = ordinaryLogin.name
  url.password = ordinaryLogin.password
  return { ordinary: url.href, superuser }
}

/** Runs work on the server as its superuser, in the given database. */
export async function asSuperuser<T>(work: (client: pg.Client) => Promise<T>, database = 'postgres'): Promise<T> {
  const url = new URL(inject('serverUrl'))
  url.pathname = `/${database}`
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
