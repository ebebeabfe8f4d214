import type { LoginLock, LoginResult, LoginUser, PasswordTransform, TokenKind } from '../goform/login.ts'
import {
  LOCK_ITEMS,
  loginError,
  loginForm,
  readLoginLock,
  readLoginResult,
  TOKEN_ITEMS,
  tokenKindsFor,
  transformsFor,
  writeToken,
} from '../goform/login.ts'
import type { Reply, Values } from '../goform/reply.ts'
import { isRefused, textAt } from '../goform/reply.ts'
import { ModemError } from '../modem/errors.ts'
import type { Clock } from './clock.ts'
import type { Finding, Refusals, RouterMemory } from './goform-finding.ts'
import { NO_REFUSALS } from './goform-finding.ts'
import type { GoformWire } from './goform-wire.ts'

/** What is configured about the login. */
export interface Credentials {
  readonly password: string | null
  readonly username: string | null
  /** `null`: found out. */
  readonly transform: PasswordTransform | null
  /** `null`: found out. */
  readonly token: TokenKind | null
}

export interface LoginTask {
  readonly wire: GoformWire
  readonly credentials: Credentials & { readonly password: string }
  readonly memory: RouterMemory
  readonly clock: Clock
  /** What is known of the device, or thought likely. */
  readonly finding: Finding
  /** Keeps what was found out although it did not let us in. */
  readonly keep: (news: Partial<Finding>) => void
  /** Refused passwords that this login may cost. */
  readonly mostAttempts: number
}

/** Whom to log in as, and with which token. */
interface Door {
  readonly user: LoginUser | null
  readonly token: TokenKind
}

/** A device allows five attempts before it locks its owner out; the rest is left to people. */
const MOST_REFUSALS = 2

/** Attempts that must be left when a password is tried of which nobody knows whether it is right. */
const LEAST_LEFT = 3

/** For so long a device locks itself, as a rule. */
const LOCKED_MS = 300_000

/** After a day the same password may have become right: somebody may have set it on the device. */
const FORGOTTEN_MS = 24 * 3_600_000

/** The user name of devices that have users, where none is configured. */
const USUAL_USER = 'admin'

const HEAD = [...TOKEN_ITEMS, 'LD', ...LOCK_ITEMS]

/**
 * Logs in, in the way that is known or in all that may be meant. A refused password costs an attempt, and so does an answer
 * that was lost; at most two are spent in a day, over restarts too.
 * @returns what is known now
 * @throws ModemError `not_allowed` when the attempts are spent; `rejected_by_modem` when the device is locked or refuses
 */
export async function logIn(task: LoginTask, signal?: AbortSignal): Promise<Finding> {
  const { wire, credentials, finding } = task
  demandTime(task)
  wire.forgetCookies()
  let head = await readHead(wire, signal)
  const doors = doorsOf(task, textAt(head, 'RD'))
  const transforms = transformsOf(task, textAt(head, 'LD'))
  let [doorAt, transformAt] = [0, 0]
  let last: Exclude<LoginResult, 'ok'> = 'not_understood'
  for (;;) {
    const [door, transform] = [doors[doorAt], transforms[transformAt]]
    const lock = readLoginLock(head)
    if (door === undefined || transform === undefined) throw loginError(last, lock)
    demandAttempt(task, lock)
    const form = loginForm(transform, credentials.password, textAt(head, 'LD'), door.user)
    const before = task.memory.refusals()
    const result = await attempt(task, () => wire.write(form, writeToken(door.token, head), { signal }))
    if (result === 'ok') {
      task.memory.keepRefusals({ ...NO_REFUSALS, isProven: true })
      const isLoginTokened = door.token !== 'none'
      const token = isLoginTokened ? door.token : finding.token
      return { ...finding, transform, userField: door.user?.field ?? null, isLoginTokened, token }
    }
    head = await readHead(wire, signal)
    const isLookedAt = readLoginLock(head).attemptsLeft < lock.attemptsLeft
    const wasRight = before.isProven && doorAt === 0 && finding.transform === transform
    // An MC889 says of a user that it knows that there is none, while it is locked.
    const isShut = result === 'locked_or_refused' || result === 'bad_user'
    if (wasRight && isShut && !isLookedAt) throw shut(task, before)
    const isPassword = result === 'bad_password' || result === 'locked_or_refused'
    // Behind an unknown user the last door is one without users, and nothing that it says is news.
    if (isPassword || last !== 'bad_user') last = result
    if (isPassword) transformAt += 1
    else doorAt = result === 'bad_user' ? nextUser(doors, doorAt) : doorAt + 1
    const isSpent = isPassword || (last === 'bad_user' && doors[doorAt] === undefined)
    if (!isSpent) task.memory.keepRefusals(before)
    if (!isPassword) continue
    demandMore(task, result, readLoginLock(head))
    const next = transforms[transformAt]
    if (transformAt < task.mostAttempts || next === undefined) continue
    // Whoever comes next begins where this one had to stop.
    task.memory.keepRefusals({ ...task.memory.refusals(), refusedAs: transform })
    throw loginError(result, readLoginLock(head))
  }
}

/** Counts the attempt before it is made: one whose answer never comes must not be made again and again. */
async function attempt({ memory, clock }: LoginTask, write: () => Promise<Reply>): Promise<LoginResult> {
  const before = memory.refusals()
  memory.keepRefusals({ ...before, count: presentRefusals({ memory, clock }) + 1, at: clock.now() })
  try {
    return readLoginResult(await write())
  } catch (error) {
    if (error instanceof ModemError && error.code === 'modem_offline') memory.keepRefusals(before)
    throw error
  }
}

/** Refusals that still count. */
export function presentRefusals({ memory, clock }: Pick<LoginTask, 'memory' | 'clock'>): number {
  const { count, at } = memory.refusals()
  return clock.now() - at < FORGOTTEN_MS ? count : 0
}

/** Everything that a login is made of: at once, because the challenge changes with each attempt of anybody. */
async function readHead(wire: GoformWire, signal: AbortSignal | undefined): Promise<Values> {
  const together = await wire.items(HEAD, [], { signal })
  if (together !== null && !isRefused(together)) return together
  // One item that this firmware does not have (MC889).
  const each: Record<string, unknown> = {}
  for (const name of HEAD) {
    const alone = await wire.items([name], [], { signal })
    if (alone !== null && !isRefused(alone)) Object.assign(each, alone)
  }
  return each
}

function doorsOf({ credentials, finding }: LoginTask, rd: string): readonly Door[] {
  const { username } = credentials
  const name = username ?? USUAL_USER
  const fields = finding.userField === 'username' ? (['username', 'user'] as const) : (['user', 'username'] as const)
  const named = fields.map((field) => ({ field, name }))
  const isNamed = username !== null || finding.userField !== null
  const users: readonly (LoginUser | null)[] = isNamed ? [...named, null] : [null, ...named]
  const known = credentials.token ?? finding.token
  const likely = known === null || known === 'none' ? tokenKindsFor(rd) : [known, ...tokenKindsFor(rd)]
  const kinds = [...new Set(likely)].filter((kind) => kind !== 'none')
  const tokens: readonly TokenKind[] = finding.isLoginTokened ? [...kinds, 'none'] : ['none', ...kinds]
  return users.flatMap((user) => tokens.map((token) => ({ user, token })))
}

function transformsOf({ credentials, finding, memory }: LoginTask, ld: string): readonly PasswordTransform[] {
  if (credentials.transform !== null) return [credentials.transform]
  const possible = transformsFor(ld)
  const first = possible.filter((transform) => transform === finding.transform)
  const { isProven, refusedAs } = memory.refusals()
  const others = [...first, ...possible].filter((transform) => isProven || transform !== refusedAs)
  return [...new Set([...others, ...possible])]
}

function nextUser(doors: readonly Door[], at: number): number {
  const next = doors.findIndex(({ user }, index) => index > at && user?.field !== doors[at]?.user?.field)
  return next === -1 ? doors.length : next
}

function demandAttempt(task: LoginTask, lock: LoginLock): void {
  if (lock.lockedSeconds > 0 && !isOver(task, lock)) throw loginError('locked_or_refused', lock)
  if (presentRefusals(task) >= MOST_REFUSALS) throw spent()
  // Not locked and none left: its time is over, and the next attempt counts from the beginning.
  if (lock.attemptsLeft > 0 && lock.attemptsLeft < LEAST_LEFT) throw loginError('bad_password', lock)
}

/**
 * Whether a lock has had its time. The count of a device stays at 0 until the next attempt, so one that does not tell the time
 * would else seem locked for ever.
 */
function isOver({ finding, clock, keep }: LoginTask, { isTimed }: LoginLock): boolean {
  if (isTimed) return false
  const since = clock.now() - finding.closedUntil
  if (since >= 0 && since < LOCKED_MS) return true
  keep({ closedUntil: clock.now() + LOCKED_MS })
  return false
}

function demandMore(task: LoginTask, result: Exclude<LoginResult, 'ok'>, lock: LoginLock): void {
  if (lock.lockedSeconds > 0) throw loginError(result, lock)
  if (presentRefusals(task) >= MOST_REFUSALS) throw spent()
}

/** A clock that was set back must not close the door for longer. */
function demandTime({ finding, clock }: LoginTask): void {
  const left = finding.closedUntil - clock.now()
  if (left > 0 && left <= LOCKED_MS) throw closedFor(left)
}

/** What was right before is not wrong because a device that somebody has locked does not look at it. */
function shut({ memory, clock, keep }: LoginTask, before: Refusals): ModemError {
  memory.keepRefusals(before)
  keep({ closedUntil: clock.now() + LOCKED_MS })
  return closedFor(LOCKED_MS)
}

function closedFor(leftMs: number): ModemError {
  return new ModemError(
    'rejected_by_modem',
    `The router lets nobody in, as it does for a while after wrong passwords. The bridge tries again in ${Math.ceil(leftMs / 1000)} seconds.`,
    { retry: 'later' },
  )
}

function spent(): ModemError {
  return new ModemError(
    'not_allowed',
    `The router refused the configured password or user name, ${MOST_REFUSALS} times. It is not tried again before tomorrow, or until the configuration names another one: after five wrong passwords the router would lock itself.`,
  )
}
