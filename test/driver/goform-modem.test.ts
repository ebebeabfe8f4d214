import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as profiles from '../../src/simulator/goform-profiles.ts'
import { FRIEND, OWN_NUMBER, setUp } from './router-bench.ts'

describe('every profile', () => {
  for (const [name, like] of Object.entries(profiles)) {
    test(`${name} is opened by detection alone, gives its messages and sends`, async (t) => {
      const { open, network, driver } = await setUp(t, { like })
      network.inject({ from: FRIEND, to: OWN_NUMBER, text: 'Grüße' })
      const modem = await open()
      assert.equal(modem.problem, null)
      assert.equal(modem.identity.model, like.model)
      const { sms } = modem.can
      assert.ok(sms)
      const segments = await sms.list(true)
      assert.equal(segments.length, 1)
      const [submission] = driver().prepare(
        { to: FRIEND, text: 'Hallo €', flash: false, deliveryReport: true, validityMinutes: null, encoding: 'auto' },
        1,
      )
      assert.ok(submission)
      let handed = 0
      await sms.submit(submission, () => handed++)
      assert.equal(handed, 1)
      assert.equal(network.taken.length, 1)
      await sms.remove(segments)
      const left = await sms.list(true)
      assert.deepEqual(
        left.filter(({ content }) => content.kind !== 'report'),
        [],
      )
      const state = await modem.readState([
        'signal',
        'registration',
        'operator',
        'sim',
        'store',
        'cell',
        'data',
        'networkMode',
      ])
      assert.equal(state.sim, 'ready')
      assert.equal(state.store?.used, 0)
      t.diagnostic(JSON.stringify(state.signal))
    })
  }
})
