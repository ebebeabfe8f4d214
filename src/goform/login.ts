import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { ModemError } from '../modem/errors.ts'
import type { Reply, Values } from './reply.ts'
import { notUnderstood, numberAt, textAt } from './reply.ts'
import type { Fields } from './request.ts'

/**
 * How the password is sent: base64; SHA-256 of that; SHA-256 of the SHA-256 and the challenge `LD`. Which one a device
 * wants does not follow from its model.
 */
export type PasswordTransform = 'base64' | 'sha256_base64' | 'sha256_challenge'

/** A user name, and the field in which this firmware wants it. */
export interface LoginUser {
  readonly field: 'user' | 'username'
  readonly name: string
}

/** The write token: none, of MD5 digests, of SHA-256 digests. */
export type TokenKind = 'none' | 'md5' | 'sha256'

/** What a write token is made of; readable in one request and without a session. */
export const TOKEN_ITEMS = ['wa_inner_version', 'cr_version', 'RD'] as const

/** Password → what goes into the form. @param challenge `LD`, new for each attempt; only `sha256_challenge` uses it */
export function transformPassword(transform: PasswordTransform, password: string, challenge: string): string {
  if (transform === 'base64') return base64(password)
  // The digests are joined as text, in upper case: other hex is another password.
  if (transform === 'sha256_base64') return digest('sha256', base64(password)).toUpperCase()
  return digest('sha256', digest('sha256', password).toUpperCase() + challenge).toUpperCase()
}

/**
 * The transforms worth trying, in order. A challenge leaves one; without one two are left, and a device allows five
 * attempts before it locks its owner out.
 */
export function transformsFor(challenge: string): readonly PasswordTransform[] {
  return challenge === '' ? ['base64', 'sha256_base64'] : ['sha256_challenge']
}

/** The form of a login; with a user it is another command. */
export function loginForm(
  transform: PasswordTransform,
  password: string,
  challenge: string,
  user: LoginUser | null,
): Fields {
  const secret = transformPassword(transform, password, challenge)
  return user === null
    ? [
        ['goformId', 'LOGIN'],
        ['password', secret],
      ]
    : [
        ['goformId', 'LOGIN_MULTI_USER'],
        [user.field, user.name],
        ['password', secret],
      ]
}

/** Ends the session; without a write token where one is due, it stays. */
export const LOGOUT_FORM: Fields = [['goformId', 'LOGOUT']]

/** `AD`, from a readout of `TOKEN_ITEMS` that is as fresh as possible: `RD` may change with every request. */
export function writeToken(kind: TokenKind, values: Values): string | null {
  if (kind === 'none') return null
  const inCase = (hex: string): string => (kind === 'md5' ? hex : hex.toUpperCase())
  const version = textAt(values, 'wa_inner_version') + textAt(values, 'cr_version')
  return inCase(digest(kind, inCase(digest(kind, version)) + textAt(values, 'RD')))
}

/** The kinds of token worth trying for a device with this `RD`, in order. */
export function tokenKindsFor(rd: string): readonly TokenKind[] {
  if (rd === '') return ['none']
  return rd.length === 64 ? ['sha256', 'md5'] : ['md5', 'sha256']
}

/**
 * How a login ended. `locked_or_refused`: the password was not even looked at. `not_understood`: neither was the request,
 * because this firmware wants another command, a write token or other headers; that costs no attempt.
 */
export type LoginResult = 'ok' | 'bad_password' | 'bad_user' | 'locked_or_refused' | 'not_understood'

const LOGIN_RESULTS: ReadonlyMap<string, LoginResult> = new Map([
  ['0', 'ok'],
  ['1', 'locked_or_refused'],
  ['2', 'locked_or_refused'],
  ['3', 'bad_password'],
  // Somebody, perhaps we ourselves, is logged in from this address: the web page takes it for success.
  ['4', 'ok'],
  ['5', 'bad_user'],
  ['failure', 'not_understood'],
  ['fail', 'not_understood'],
])

/** Reads `{"result":"3"}`. A page or nothing stands for a request that was not understood. @throws ModemError `protocol` for an unknown code */
export function readLoginResult(reply: Reply): LoginResult {
  if (reply.kind !== 'values') return 'not_understood'
  const result = LOGIN_RESULTS.get(textAt(reply.values, 'result'))
  if (result === undefined) throw notUnderstood(JSON.stringify(reply.values))
  return result
}

/** How near the device is to locking its owner out. */
export interface LoginLock {
  /** Wrong passwords until it locks, 0 … 5. */
  readonly attemptsLeft: number
  /** 0: not locked. */
  readonly lockedSeconds: number
  /** The device tells for how long it is locked; else that is a guess, and may have passed. */
  readonly isTimed: boolean
}

/** To be read together: alone, the second is always empty. */
export const LOCK_ITEMS = ['psw_fail_num_str', 'login_lock_time'] as const

const ALL_ATTEMPTS = 5
const LOCK_SECONDS = 300

/** Reads `{"psw_fail_num_str":"0","login_lock_time":"287"}`; empty means all attempts, and the full time once none is left. */
export function readLoginLock(values: Values): LoginLock {
  const attemptsLeft = Math.max(0, Math.trunc(numberAt(values, 'psw_fail_num_str') ?? ALL_ATTEMPTS))
  const told = numberAt(values, 'login_lock_time')
  const lockedSeconds = attemptsLeft === 0 ? Math.max(0, told ?? LOCK_SECONDS) : 0
  return { attemptsLeft, lockedSeconds, isTimed: told !== null }
}

/** What a user is told of a login that failed. */
export function loginError(result: Exclude<LoginResult, 'ok'>, lock: Omit<LoginLock, 'isTimed'>): ModemError {
  if (lock.lockedSeconds > 0) {
    return new ModemError(
      'rejected_by_modem',
      `The router is locked after too many wrong passwords. It opens again in ${Math.ceil(lock.lockedSeconds)} seconds.`,
      { retry: 'later' },
    )
  }
  const left = `Attempts left before it locks itself: ${lock.attemptsLeft}.`
  if (result === 'bad_password') {
    return new ModemError('rejected_by_modem', `The router says that the password is wrong. ${left}`)
  }
  if (result === 'bad_user') {
    return new ModemError('rejected_by_modem', `The router does not know the user name, or is locked. ${left}`)
  }
  return new ModemError(
    'rejected_by_modem',
    `The router refused the login without a reason. Check the password and that the address is its own. ${left}`,
    { retry: 'later' },
  )
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}

function digest(algorithm: 'md5' | 'sha256', text: string): string {
  return createHash(algorithm).update(text, 'utf8').digest('hex')
}
