import { Visitor } from '#kernel/testing/visitor.ts'
import { testPassword } from './builders.ts'

/** For tests: a browser that knows the sign-in page. */
export class Browser extends Visitor {
  async signIn(email: string, password = testPassword, next = '') {
    await this.get(`/sign-in?next=${encodeURIComponent(next)}`)
    const carried = /name="next" value="([^"]*)"/.exec(this.page)?.[1] ?? ''
    return this.post('/sign-in', { email, password, next: carried })
  }
}
