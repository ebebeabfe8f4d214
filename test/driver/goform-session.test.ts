import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import type { Modem } from '../../src/modem/modem.ts'
import { MC888, MC7010, MF79U, MF266, MF920V } from '../../src/simulator/goform-profiles.ts'
import type { GoformRouter } from '../../src/simulator/goform-router.ts'
import { setUp } from './router-bench.ts'

const logins = (router: GoformRouter): number =>
  router.requests.filter(({ fields }) => fields.get('goformId')?.startsWith('LOGIN')).length

const signalOf = async (modem: Modem): Promise<number | null | undefined> =>
  (await modem.readState(['signal'])).signal?.rsrpDbm

const lost = async (modem: Modem): Promise<ModemError> => {
  const [cause] = await once(modem, 'lost', { signal: AbortSignal.timeout(10_000) })
  return cause
}

describe('a readout that is spoilt', () => {
  const FAULTS: readonly (readonly [name: string, spoil: (router: GoformRouter, times: number) => void])[] = [
    ['a web page', (router, times) => router.answerHtml({ times })],
    ['half of its JSON', (router, times) => router.truncateJson({ times })],
    ['nothing', (router, times) => router.answerEmpty({ times })],
    ['HTTP 500', (router, times) => router.answer500({ times })],
    ['a reset', (router, times) => router.resetConnection('before-acting', { times })],
    ['an end behind it', (router, times) => router.resetConnection('after-acting', { times })],
    ['a wrong length', (router, times) => router.announceWrongLength(7, { times })],
    ['a short length', (router, times) => router.announceWrongLength(-7, { times })],
  ]
  for (const [name, spoil] of FAULTS) {
    test(`by ${name} is read again, is a failure at worst, and no lost session`, async (t) => {
      const { open, router } = await setUp(t)
      const modem = await open()
      spoil(router, 1)
      assert.equal(await signalOf(modem), -94)
      spoil(router, 2)
      await signalOf(modem).catch((error: unknown) => assert.ok(error instanceof ModemError))
      assert.equal(await signalOf(modem), -94)
      assert.equal(logins(router), 1)
    })
  }

  test('by silence is read in pieces, in case an item is to blame, and none is blamed for nothing', async (t) => {
    const { open, router, memory } = await setUp(t)
    const modem = await open()
    for (const times of [1, 2, 3]) {
      router.swallowAnswer('before-acting', { times, to: 'lte_rsrp' })
      assert.equal(await signalOf(modem), -94)
    }
    assert.deepEqual(JSON.parse(memory.note ?? '').unsupported, [])
  })

  for (const defect of ['control-byte', 'trailing-comma', 'name-twice'] as const) {
    test(`by a ${defect} is read all the same`, async (t) => {
      const { open, router } = await setUp(t)
      const modem = await open()
      router.spoilJson(defect, { times: 20 })
      assert.equal(await signalOf(modem), -94)
    })
  }
})

describe('a session', () => {
  test('that expired is renewed once, and the request is repeated', async (t) => {
    for (const like of [MF79U, MF920V, MC888]) {
      const { open, router, clock, written } = await setUp(t, { like })
      const modem = await open()
      clock.advance(31_000)
      router.expireLogin()
      assert.equal(await signalOf(modem), -94)
      assert.equal(logins(router), 2)
      clock.advance(31_000)
      router.expireLogin()
      await modem.can.networkMode?.set('lte')
      assert.equal(logins(router), 3)
      assert.equal(written().filter((id) => id === 'SET_BEARER_PREFERENCE').length, 1)
    }
  })

  test('that several need at once is renewed once', async (t) => {
    const { open, router, clock } = await setUp(t)
    const modem = await open()
    clock.advance(31_000)
    router.expireLogin()
    const both = await Promise.all([signalOf(modem), modem.can.sms?.list(true), modem.readState(['store'])])
    assert.equal(both[0], -94)
    assert.equal(logins(router), 2)
  })

  test('that a person has taken is left to that person: the modem is lost, and there is no login', async (t) => {
    for (const like of [MF79U, MF920V, MC888]) {
      const { open, router, clock } = await setUp(t, { like })
      const modem = await open()
      const loss = lost(modem)
      clock.advance(5_000)
      router.personLogsIn()
      clock.advance(5_000)
      const cause = await loss
      assert.equal(cause.code, 'session_taken')
      assert.match(cause.message, /web page/)
      await modem.close()
      assert.equal(logins(router), 1)
    }
  })

  test('that outlived a crash is known to be ours: a person may take it, and it is ended with us', async (t) => {
    const { open, router, written } = await setUp(t, { like: MF79U, profile: { cookie: null } })
    await open()
    const second = await open()
    router.personLogsIn()
    await assert.rejects(second.readState(['signal']), { code: 'session_taken' })
    assert.equal(logins(router), 1)

    router.personLogsOut()
    await open()
    const fourth = await open()
    assert.equal(logins(router), 2)
    await fourth.close()
    assert.equal(written().at(-1), 'LOGOUT')
  })

  test('is ended, too, when opening fails behind the login', async (t) => {
    const { driver, router, written } = await setUp(t)
    router.needPin('1234')
    router.resetConnection('after-acting', { to: 'ENTER_PIN' })
    await assert.rejects(driver({ pin: '1234' }).open(new AbortController().signal), { code: 'closed' })
    assert.equal(written().at(-1), 'LOGOUT')
  })

  test('is ended when the modem is closed, so that the next one finds the door open', async (t) => {
    const { open, router, written } = await setUp(t)
    const modem = await open()
    await modem.close()
    assert.equal(written().at(-1), 'LOGOUT')
    assert.equal(logins(router), 1)
  })
})

describe('items that a device does not have', () => {
  for (const [unknownNames, like] of [
    ['fail', MF266],
    ['omit', MC888],
    ['hang', MC7010],
  ] as const) {
    test(`and that make it ${unknownNames} are found out, and not asked for again`, async (t) => {
      const profile = { unknownNames, lacks: ['lte_ca_pcell_band', 'sinr', 'msisdn'], neverFills: [] }
      const bench = await setUp(t, { like, profile })
      const modem = await bench.open()
      assert.equal(await signalOf(modem), -94)
      await modem.readState(['cell'])
      if (unknownNames !== 'omit') {
        const { unsupported } = JSON.parse(bench.memory.note ?? '')
        for (const name of ['lte_ca_pcell_band', 'sinr', 'msisdn']) assert.ok(unsupported.includes(name), name)
        assert.equal(unsupported.includes('lte_rsrp'), false)
      }
      const before = bench.router.requests.length
      await modem.readState(['cell'])
      assert.equal(bench.router.requests.length, before + 1)
    })
  }
})

describe('a device', () => {
  test('that hangs is lost after a few looks', async (t) => {
    const { open, router, clock } = await setUp(t)
    const modem = await open()
    const loss = lost(modem)
    router.hang()
    const nudge = setInterval(() => clock.advance(5_000), 100)
    t.after(() => clearInterval(nudge))
    assert.equal((await loss).code, 'timeout')
  })

  test('that restarts says so as a loss', async (t) => {
    for (const rebootAnswer of ['success', 'none', 'empty-body'] as const) {
      const { open, router } = await setUp(t, { profile: { rebootAnswer }, latency: { rebootMs: 40_000 } })
      const modem = await open()
      const loss = lost(modem)
      await modem.can.reboot?.()
      assert.equal((await loss).code, 'closed')
      assert.equal(router.isPowered, false)
      await modem.close()
    }
  })

  test('that is not there, and one that is no modem, are told apart', async (t) => {
    const { driver, router } = await setUp(t)
    const signal = new AbortController().signal
    await assert.rejects(driver({ apiPath: 'reqproc' }).open(signal), { code: 'not_supported' })
    router.unplug()
    await assert.rejects(driver().open(signal), { code: 'modem_offline' })
  })
})

test('opening a device that hangs ends with an abort, at once and with its reason', async (t) => {
  const { driver, router } = await setUp(t)
  const ending = new AbortController()
  router.swallowAnswer('before-acting', { times: 100 })
  const opened = driver({ limits: { usual: 60_000, learning: 60_000, slow: 60_000 } }).open(ending.signal)
  setTimeout(() => ending.abort(new Error('enough')), 50)
  await assert.rejects(opened, /enough/)
})
