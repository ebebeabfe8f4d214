import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import { MF79U } from '../../src/simulator/goform-profiles.ts'
import type { GoformRouter } from '../../src/simulator/goform-router.ts'
import { setUp } from './router-bench.ts'

/** A device of which no table knows anything. */
const STRANGER = { ...MF79U, model: 'XY1', firmware: 'BD_XYV1.0.0B01' }

const logins = (router: GoformRouter): number =>
  router.requests.filter(({ fields }) => fields.get('goformId')?.startsWith('LOGIN')).length

const failure = async (work: Promise<unknown>): Promise<ModemError> => {
  const error: unknown = await work.then(() => undefined).catch((reason: unknown) => reason)
  assert.ok(error instanceof ModemError, String(error))
  return error
}

describe('a device that nobody knows is opened by what it does', () => {
  test('a configured user name is used, in either field', async (t) => {
    for (const userField of ['user', 'username'] as const) {
      const profile = { login: 'sha256-challenge', loginId: 'LOGIN_MULTI_USER', userField } as const
      const { open } = await setUp(t, { like: STRANGER, profile, user: 'support' })
      await open({ username: 'support' })
    }
  })

  test('whose first write is refused unless something was read is written to all the same', async (t) => {
    const { open, router } = await setUp(t, { like: STRANGER, profile: { needsReadAfterLogin: true } })
    await (await open()).can.networkMode?.set('lte')
    assert.equal(router.radio.bearer, 'Only_LTE')
  })

  test('a device without a login needs no password', async (t) => {
    const { open, router } = await setUp(t, { like: { ...STRANGER, login: 'none', token: 'none', cookie: null } })
    await open({ password: null })
    assert.equal(logins(router), 0)
  })

  test('https and another host name are followed where the device asks for them', async (t) => {
    const { open } = await setUp(t, { like: { ...STRANGER, wantsHttps: true, checksHost: true }, secure: true })
    await open()
  })

  test('the paths of other makers are found', async (t) => {
    const { open } = await setUp(t, {
      like: { ...STRANGER, readPath: '/reqproc/proc_get', writePath: '/reqproc/proc_post' },
    })
    await open()
  })
})

describe('a wrong password', () => {
  test('is tried twice at most, over restarts too, and then the user is told', async (t) => {
    for (const login of ['base64', 'sha256-challenge'] as const) {
      const { driver, router } = await setUp(t, { like: { ...STRANGER, login } })
      const open = () => failure(driver({ password: 'wrong' }).open(new AbortController().signal))
      let error = await open()
      for (let restart = 1; restart <= 5; restart += 1) error = await open()
      assert.equal(logins(router), 2)
      assert.ok(router.login.attemptsLeft >= 3)
      assert.equal(error.code, 'not_allowed')
      assert.match(error.message, /password/)
    }
  })

  test('may be tried again a day later', async (t) => {
    const { driver, router, clock } = await setUp(t, { like: STRANGER })
    const signal = new AbortController().signal
    await failure(driver({ password: 'wrong' }).open(signal))
    assert.equal(logins(router), 2)
    clock.advance(25 * 3_600_000)
    router.login.attemptsLeft = 5
    await driver()
      .open(signal)
      .then((modem) => modem.close())
    assert.equal(logins(router), 3)
  })

  test('is not tried at all where a person has nearly used up the attempts, or all of them', async (t) => {
    const { driver, router } = await setUp(t, { like: STRANGER })
    const signal = new AbortController().signal
    router.login.attemptsLeft = 2
    assert.match((await failure(driver().open(signal))).message, /Attempts left/)
    router.lockOut()
    const error = await failure(driver().open(signal))
    assert.match(error.message, /locked .* 300 seconds/)
    assert.equal(error.retry, 'later')
    assert.equal(logins(router), 0)
  })

  test('a lock that is over lets us in again', async (t) => {
    const { open, router, clock } = await setUp(t, { like: STRANGER })
    router.lockOut()
    clock.advance(301_000)
    await open()
    assert.equal(router.login.attemptsLeft, 5)
  })

  test('no password where one is needed is said', async (t) => {
    const { driver } = await setUp(t, { like: STRANGER })
    const error = await failure(driver({ password: null }).open(new AbortController().signal))
    assert.equal(error.code, 'not_allowed')
  })

  test('is not what a locked device says of a password that was right before: it is left alone for five minutes', async (t) => {
    const { driver, open, router, clock, memory } = await setUp(t, { like: STRANGER })
    await (await open()).close()
    assert.equal(logins(router), 1)
    const enter = () => driver().open(new AbortController().signal)
    for (let turn = 1; turn <= 3; turn += 1) {
      router.answerResult('1', { to: 'LOGIN' })
      assert.equal((await failure(enter())).retry, 'later')
      assert.equal(logins(router), 1 + turn)
      assert.deepEqual(memory.counted, { count: 0, at: 0, isProven: true, refusedAs: null })
      clock.advance(290_000)
      assert.match((await failure(enter())).message, /again in 10 seconds/)
      assert.equal(logins(router), 1 + turn)
      clock.advance(11_000)
    }
    router.personLogsOut()
    await open()
  })

  test('may hide behind answers that never come, or that nobody knows, twice', async (t) => {
    for (const spoil of [
      (router: GoformRouter) => router.resetConnection('after-acting', { to: 'LOGIN' }),
      (router: GoformRouter) => router.answerResult('77', { to: 'LOGIN' }),
    ]) {
      const { driver, router, memory } = await setUp(t, { like: STRANGER })
      for (let restart = 1; restart <= 5; restart += 1) {
        spoil(router)
        await failure(driver({ password: 'wrong' }).open(new AbortController().signal))
      }
      assert.equal(logins(router), 2)
      assert.equal(memory.counted.count, 2)
    }
  })

  test('is counted, too, when it locks the device, and so is a user that it does not know', async (t) => {
    const locking = await setUp(t, { like: { ...STRANGER, login: 'sha256-challenge' } })
    locking.router.login.attemptsLeft = 3
    await failure(locking.driver({ password: 'wrong' }).open(new AbortController().signal))
    assert.equal(locking.memory.counted.count, 1)

    const { driver, router, memory } = await setUp(t, {
      like: { ...STRANGER, loginId: 'LOGIN_MULTI_USER', userField: 'user', login: 'sha256-challenge' },
    })
    for (let restart = 1; restart <= 5; restart += 1) {
      await failure(driver({ username: 'nobody' }).open(new AbortController().signal))
    }
    assert.equal(memory.counted.count, 2)
    const before = logins(router)
    await failure(driver({ username: 'nobody' }).open(new AbortController().signal))
    assert.equal(logins(router), before)
  })

  test('is what an attempt that the device has counted says, also of one that was right before and of a plain refusal', async (t) => {
    const { driver, open, router, memory } = await setUp(t, { like: STRANGER })
    await (await open()).close()
    const enter = () => driver().open(new AbortController().signal)
    for (let restart = 1; restart <= 5; restart += 1) {
      // Somebody gave the router another password, and this build says 1 to a wrong one.
      Object.assign(router.login, { attemptsLeft: 5 })
      const logIn = router.login.logIn.bind(router.login)
      Object.assign(router.login, {
        logIn: () => {
          router.login.attemptsLeft -= 1
          return { result: '1', cookie: null }
        },
      })
      await failure(enter())
      Object.assign(router.login, { logIn })
    }
    assert.equal(memory.counted.count, 2)
    assert.equal(logins(router), 3)
  })

  test('is not what an MC889 means by an unknown user while it is locked', async (t) => {
    const like = {
      ...STRANGER,
      login: 'sha256-challenge',
      loginId: 'LOGIN_MULTI_USER',
      userField: 'user',
      lockedResult: '5',
      unknownNames: 'fail',
      lacks: ['psw_fail_num_str', 'login_lock_time'],
    } as const
    const { driver, open, router, clock, memory } = await setUp(t, { like, profile: { lockSeconds: 1_000 } })
    await (await open()).close()
    const before = logins(router)
    router.lockOut()
    const enter = () => driver().open(new AbortController().signal)
    assert.match((await failure(enter())).message, /lets nobody in/)
    for (let restart = 1; restart <= 3; restart += 1) await failure(enter())
    assert.equal(logins(router), before + 1)
    assert.equal(memory.counted.count, 0)
    clock.advance(1_001_000)
    await open()
  })

  test('that has locked the router is not tried before its time, restarts or not', async (t) => {
    for (const lacks of [[], ['login_lock_time']]) {
      const { driver, open, router, clock } = await setUp(t, { like: STRANGER, profile: { lacks } })
      router.lockOut()
      for (let restart = 1; restart <= 29; restart += 1) {
        await failure(driver().open(new AbortController().signal))
        clock.advance(10_000)
      }
      assert.equal(logins(router), 0)
      clock.advance(11_000)
      await open()
      assert.equal(router.login.attemptsLeft, 5)
    }
  })
})
