import { createHash, randomBytes } from 'node:crypto'
import type { RouterProfile } from './goform-firmware.ts'
import type { GoformRequest } from './goform-request.ts'

/** Answers of the login: 0 in, 1 refused or locked, 3 wrong password, 4 in already, 5 no such user (or locked). */
export type LoginResult = '0' | '1' | '3' | '4' | '5'

interface LoginOptions {
  readonly profile: RouterProfile
  readonly user: string
  readonly password: string
  readonly now: () => Date
}

interface Session {
  readonly token: string
  readonly peer: string
  seenAt: number
  hasRead: boolean
}

const ATTEMPTS = 5
/** Somebody else in the house. */
const PERSON = '192.168.0.177'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex').toUpperCase()
const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')
const digits = (count: number): string => randomBytes(count / 2).toString('hex')

/** Who is logged in, what it takes, and how often one may still try. There is one session, and the last one wins. */
export class RouterLogin {
  /** Challenge of the next login: 64 digits, empty on firmware without one. */
  ld = ''
  /** Random part of the write token, empty on firmware without one. */
  rd = ''
  /** `psw_fail_num_str`, 5 … 0. */
  attemptsLeft = ATTEMPTS
  #lastFailureAt = Number.NEGATIVE_INFINITY
  #session: Session | null = null
  readonly #options: LoginOptions

  constructor(options: LoginOptions) {
    this.#options = options
    this.rotateLd()
    this.rotateRd()
  }

  rotateLd(): void {
    if (this.#options.profile.login === 'sha256-challenge') this.ld = digits(64).toUpperCase()
  }

  rotateRd(): void {
    const { token, rdDigits } = this.#options.profile
    if (token === 'md5') this.rd = digits(rdDigits ?? 32)
    if (token === 'sha256') this.rd = digits(rdDigits ?? 64).toUpperCase()
  }

  /** What `cmd=RD` tells. */
  readRd(): string {
    if (this.#options.profile.tokenRotates === 'each-read') this.rotateRd()
    return this.rd
  }

  /** Whether this request belongs to the session; a request keeps it alive. */
  admits(request: GoformRequest): boolean {
    const { profile, now } = this.#options
    if (profile.login === 'none') return true
    const session = this.#session
    if (!session) return false
    const idleMs = now().getTime() - session.seenAt
    if (profile.idleLimitMs !== null && idleMs > profile.idleLimitMs) this.#session = null
    const isIts = profile.cookie ? this.#hasCookie(request, session) : request.peer === session.peer
    if (!isIts || !this.#session) return false
    session.seenAt = now().getTime()
    return true
  }

  /** Something was read: from now on writes are taken. */
  sawRead(): void {
    if (this.#session) this.#session.hasRead = true
  }

  /** Whether the session may write already. */
  get mayWrite(): boolean {
    return !this.#options.profile.needsReadAfterLogin || (this.#session?.hasRead ?? true)
  }

  /** Whether this is the write token of the moment. Right or wrong, it may be the last time. */
  takesToken(token: string | null): boolean {
    const { profile } = this.#options
    if (profile.token === 'none') return true
    const hash = profile.token === 'md5' ? md5 : sha256
    const isRight = token === hash(hash(profile.firmware + profile.crVersion) + this.rd)
    if (profile.tokenRotates === 'each-write') this.rotateRd()
    return isRight
  }

  /** @returns the answer; `cookie` is the value of `Set-Cookie` of a session that has one */
  logIn(request: GoformRequest): { result: LoginResult; cookie: string | null } {
    const result = this.#judge(request)
    if (result === '3') {
      this.attemptsLeft--
      this.#lastFailureAt = this.#options.now().getTime()
      this.rotateLd()
    }
    if (result !== '0') return { result, cookie: null }
    this.attemptsLeft = ATTEMPTS
    return { result, cookie: this.#begin(request.peer) }
  }

  logOut(): void {
    this.#session = null
  }

  /** Somebody in a browser takes the session. */
  personLogsIn(): void {
    this.#begin(PERSON)
  }

  /** Five wrong passwords came in just now. */
  lockOut(): void {
    this.attemptsLeft = 0
    this.#lastFailureAt = this.#options.now().getTime()
  }

  /** Somebody is logged in. */
  get hasSession(): boolean {
    return this.#session !== null
  }

  /** `login_lock_time`: seconds left, -1 when not locked. */
  get lockTime(): number {
    if (!this.#isLocked()) return -1
    const { lockSeconds } = this.#options.profile
    const left = lockSeconds - (this.#options.now().getTime() - this.#lastFailureAt) / 1000
    return Number.isFinite(left) ? Math.ceil(left) : 300
  }

  /** Power was cut: session, challenge and token are gone; a lock that has no end, too. */
  powerUp(): void {
    this.#session = null
    this.rotateLd()
    this.rotateRd()
    if (!Number.isFinite(this.#options.profile.lockSeconds)) this.attemptsLeft = ATTEMPTS
  }

  /** A cookie that means nothing, for firmware that hands one out ahead of the login. */
  earlyCookie(): string {
    return this.#cookieOf(digits(this.#options.profile.cookie?.digits ?? 24).toUpperCase())
  }

  #isLocked(): boolean {
    const { profile, now } = this.#options
    return this.attemptsLeft === 0 && now().getTime() - this.#lastFailureAt < profile.lockSeconds * 1000
  }

  #judge(request: GoformRequest): LoginResult {
    const { profile, user } = this.#options
    const password = request.fields.get('password') ?? ''
    if (this.#isLocked()) return profile.lockedResult
    if (this.attemptsLeft === 0) this.attemptsLeft = ATTEMPTS
    if (profile.cookie === null && this.#session?.peer === request.peer) return '4'
    const longest = profile.login === 'base64' ? Buffer.from(password, 'base64').length : 1
    if (password === '' || longest > 32) return '1'
    if (profile.userField !== null && request.fields.get(profile.userField) !== user) return '5'
    return password === this.#expected() ? '0' : '3'
  }

  #expected(): string {
    const { profile, password } = this.#options
    if (profile.login === 'base64') return base64(password)
    return profile.login === 'sha256-base64' ? sha256(base64(password)) : sha256(sha256(password) + this.ld)
  }

  #begin(peer: string): string | null {
    const { profile, now } = this.#options
    const token = digits(profile.cookie?.digits ?? 24).toUpperCase()
    this.#session = { token, peer, seenAt: now().getTime(), hasRead: false }
    return profile.cookie ? this.#cookieOf(token) : null
  }

  #cookieOf(token: string): string {
    const { cookie } = this.#options.profile
    const value = cookie?.isQuoted ? `"${token}"` : token
    return `${cookie?.name}=${value}${cookie?.attributes}`
  }

  #hasCookie(request: GoformRequest, { token }: Session): boolean {
    const { cookie } = this.#options.profile
    const values = (request.headers.cookie ?? '').split(/;\s*/)
    const isBare = values.includes(`${cookie?.name}=${token}`) && cookie?.accepts !== 'quoted'
    const isQuoted = values.includes(`${cookie?.name}="${token}"`) && cookie?.accepts !== 'bare'
    return isBare || isQuoted
  }
}
