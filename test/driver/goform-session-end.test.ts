import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Refusal } from '../../src/simulator/goform-firmware.ts'
import { MF79U } from '../../src/simulator/goform-profiles.ts'
import type { GoformRouter } from '../../src/simulator/goform-router.ts'
import { FRIEND, setUp } from './router-bench.ts'

const REFUSALS: readonly Refusal[] = ['empty-strings', 'failure', 'empty-body', 'html', 'redirect', 'status-401']

/** Longer than after a session that was proved a moment ago, so that its end is no sign of a person. */
const LONG_AGO_MS = 31_000

const count = (router: GoformRouter, id: string): number =>
  router.requests.filter(({ fields }) => fields.get('goformId') === id).length

for (const readsRefusedBy of REFUSALS) {
  for (const writesRefusedBy of REFUSALS.slice(1)) {
    describe(`an end that reads tell by ${readsRefusedBy} and writes by ${writesRefusedBy}`, () => {
      test('costs one login, behind which the request is repeated once', async (t) => {
        const { open, router, clock } = await setUp(t, { profile: { readsRefusedBy, writesRefusedBy } })
        const modem = await open()
        assert.equal(count(router, 'LOGIN'), 1)
        clock.advance(LONG_AGO_MS)
        router.expireLogin()
        assert.equal((await modem.readState(['signal'])).signal?.rsrpDbm, -94)
        assert.equal(count(router, 'LOGIN'), 2)
        clock.advance(LONG_AGO_MS)
        router.expireLogin()
        await modem.can.networkMode?.set('lte')
        assert.equal(count(router, 'LOGIN'), 3)
        assert.equal(count(router, 'SET_BEARER_PREFERENCE'), 1)
      })

      test('is told from a person: nobody is thrown out, and no request goes out again', async (t) => {
        for (const cookie of [MF79U.cookie, null]) {
          const { open, router } = await setUp(t, { profile: { readsRefusedBy, writesRefusedBy, cookie } })
          const modem = await open()
          router.personLogsIn()
          await assert.rejects(modem.readState(['signal']), { code: 'session_taken' })
          await assert.rejects(async () => modem.can.networkMode?.set('lte'), { code: 'closed' })
          assert.equal(count(router, 'LOGIN'), 1)
          assert.equal(count(router, 'SET_BEARER_PREFERENCE'), 0)
          await modem.close()
          assert.ok(router.login.hasSession)
        }
      })
    })
  }
}

describe('a message whose answer says nothing', () => {
  const SPOILT: readonly (readonly [name: string, spoil: (router: GoformRouter) => void])[] = [
    ['the login page', (router) => router.answerHtml({ to: 'SEND_SMS' })],
    ['HTTP 500', (router) => router.answer500({ to: 'SEND_SMS' })],
    ['nothing', (router) => router.answerEmpty({ to: 'SEND_SMS' })],
    ['an end of the connection', (router) => router.resetConnection('after-acting', { to: 'SEND_SMS' })],
  ]
  for (const [name, spoil] of SPOILT) {
    test(`but ${name} has gone out once, whatever becomes of the session`, async (t) => {
      const { driver, open, router, network } = await setUp(t, { like: MF79U })
      const sms = { to: FRIEND, text: 'alarm', flash: false, deliveryReport: false, validityMinutes: null } as const
      const modem = await open()
      spoil(router)
      const [submission] = driver().prepare({ ...sms, encoding: 'auto' }, 1)
      assert.ok(submission)
      await modem.can.sms?.submit(submission, () => {}).catch(() => undefined)
      await modem.readState(['signal'])
      assert.equal(count(router, 'SEND_SMS'), 1)
      assert.ok(network.taken.length <= 1)
    })
  }
})
