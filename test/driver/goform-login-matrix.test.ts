import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RouterProfile, SessionCookie } from '../../src/simulator/goform-firmware.ts'
import { MF79U } from '../../src/simulator/goform-profiles.ts'
import type { GoformRouter } from '../../src/simulator/goform-router.ts'
import { setUp } from './router-bench.ts'

/** A device of which no table knows anything. */
const STRANGER: RouterProfile = { ...MF79U, model: 'XY1', firmware: 'BD_XYV1.0.0B01', crVersion: 'CR_XYV1.0.0B01' }

type Traits = Partial<RouterProfile>

const TRANSFORMS = ['base64', 'sha256-base64', 'sha256-challenge'] as const

const LOGINS: readonly (readonly [name: string, traits: Traits])[] = [
  ['no login', { login: 'none' }],
  ...TRANSFORMS.map((login) => [`LOGIN with ${login}`, { login }] as const),
  // Base64 with users is the MF286R of an operator; nobody has seen the other digest with them.
  ...(['base64', 'sha256-challenge'] as const).flatMap((login) =>
    (['user', 'username'] as const).flatMap((userField) =>
      [false, true].map(
        (loginNeedsToken) =>
          [
            `LOGIN_MULTI_USER with ${login} and ${userField}${loginNeedsToken ? ' and a token' : ''}`,
            { login, loginId: 'LOGIN_MULTI_USER', userField, loginNeedsToken },
          ] as const,
      ),
    ),
  ),
]

const TOKENS: readonly (readonly [name: string, traits: Traits])[] = [
  ['no token', { token: 'none' }],
  ...(['md5', 'sha256'] as const).flatMap((token) =>
    (['never', 'each-read', 'each-write'] as const).map(
      (tokenRotates) => [`a token of ${token} that changes ${tokenRotates}`, { token, tokenRotates }] as const,
    ),
  ),
  // The length of the random part misleads about the hash.
  ['a token of md5 that looks like one of sha256', { token: 'md5', rdDigits: 64, tokenRotates: 'each-write' }],
  ['a token of sha256 that looks like one of md5', { token: 'sha256', rdDigits: 32, tokenRotates: 'each-read' }],
]

const COOKIE: SessionCookie = {
  name: 'stok',
  digits: 64,
  isQuoted: true,
  attributes: '; path=/; HttpOnly',
  accepts: 'either',
  comesEarly: false,
}

/** Without one, the session belongs to an address. */
const COOKIES: readonly (SessionCookie | null)[] = [
  null,
  { ...COOKIE, isQuoted: false, accepts: 'bare', comesEarly: true },
  ...['stok', 'zwsd', 'zsidn'].flatMap((name) =>
    [
      { isQuoted: false, accepts: 'bare' } as const,
      ...(['either', 'quoted', 'bare'] as const).map((accepts) => ({ isQuoted: true, accepts }) as const),
    ].map((form) => ({ ...COOKIE, name, attributes: name === 'zwsd' ? ';HttpOnly="1"' : COOKIE.attributes, ...form })),
  ),
]

/** In milliseconds: nothing here is about time. */
const PATIENT = { usual: 10_000, learning: 10_000, slow: 10_000 }

const logins = (router: GoformRouter): number =>
  router.requests.filter(({ fields }) => fields.get('goformId')?.startsWith('LOGIN')).length

describe('a device that nobody knows is opened with its password alone, and written to', () => {
  for (const [login, traits] of LOGINS) {
    for (const [token, tokenTraits] of TOKENS) {
      test(`${login}, ${token}, with every kind of cookie`, async (t) => {
        // Who lets everybody in has no session, and so no cookie.
        for (const cookie of traits.login === 'none' ? [null] : COOKIES) {
          const bench = await setUp(t, { like: STRANGER, profile: { ...traits, ...tokenTraits, cookie } })
          const { router } = bench
          const open = () => bench.open({ limits: PATIENT })
          const modem = await open()
          await modem.can.networkMode?.set('lte')
          assert.equal(router.radio.bearer, 'Only_LTE', JSON.stringify(cookie))
          const isPlain = traits.login !== 'none' && traits.loginId === undefined
          // Of the two digests without a challenge the wrong one costs an attempt, once.
          if (isPlain) assert.equal(logins(router), traits.login === 'sha256-base64' ? 2 : 1, JSON.stringify(cookie))
          await modem.close()
          assert.equal(router.login.hasSession, false, `is left: ${JSON.stringify(cookie)}`)
          const isWorthIt = cookie === null || (cookie.accepts === 'bare' && cookie.isQuoted)
          if (!isWorthIt) continue

          const before = logins(router)
          const again = await open()
          assert.equal((await again.readState(['signal'])).signal?.rsrpDbm, -94)
          await again.close()
          const expected = traits.login === 'none' ? 0 : 1
          assert.equal(logins(router) - before, expected, `is not found out again: ${JSON.stringify(cookie)}`)
        }
      })
    }
  }
})
