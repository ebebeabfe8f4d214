/** What is wrong with a modem that a remedy might cure. */
export type Trouble =
  /** It answers, but is not registered with a network. */
  | 'off_network'
  /** It is there, but gives no sensible answers. */
  | 'unresponsive'
  /** It was here once and has not come back. */
  | 'gone'

/** What the bridge can do about it, the gentlest first. */
export type Remedy =
  /** On line (`+ZOPRT=5`) and full functionality (`+CFUN=1`), where the modem stands elsewhere. */
  | 'radio_on'
  /** Radio off and on again; the modem stays on the bus. */
  | 'radio_cycle'
  /** The modem restarts and leaves the bus for a while. */
  | 'reset'
  /** Somebody at `recovery.usb_power_topic` takes the power away and gives it back. */
  | 'usb_power'

interface Rung {
  readonly trouble: Trouble
  readonly remedy: Remedy
  /** How long the trouble has to last before, in milliseconds. */
  readonly afterMs: number
}

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS

/** Opening the modem again comes before all of these and needs no rung: the supervisor does nothing else. */
export const LADDER = [
  { trouble: 'off_network', remedy: 'radio_on', afterMs: MINUTE_MS },
  { trouble: 'off_network', remedy: 'radio_cycle', afterMs: 5 * MINUTE_MS },
  { trouble: 'off_network', remedy: 'reset', afterMs: 10 * MINUTE_MS },
  { trouble: 'off_network', remedy: 'usb_power', afterMs: 20 * MINUTE_MS },
  { trouble: 'unresponsive', remedy: 'reset', afterMs: 30 * SECOND_MS },
  { trouble: 'unresponsive', remedy: 'usb_power', afterMs: 2 * MINUTE_MS },
  // A stick that left the bus by itself is back within 30 s.
  { trouble: 'gone', remedy: 'usb_power', afterMs: 5 * MINUTE_MS },
] as const satisfies readonly Rung[]

/** These take the modem away for a while; one that needs them again and again must not be kept from working in between. */
const HARD: ReadonlySet<Remedy> = new Set(['reset', 'usb_power'])

/** Between two hard remedies, doubled by each one; users saw endless loops of resets with shorter ones. */
const LEAST_GAP_MS = 5 * MINUTE_MS
const LONGEST_GAP_MS = 6 * 60 * MINUTE_MS

/** So long without trouble, and the next hard remedy waits no longer than the first. */
const FORGOTTEN_MS = 60 * MINUTE_MS

/** How far one trouble was climbed. */
interface Stand {
  /** When it was first seen since the modem was last well. */
  readonly since: number
  /** Rungs taken. */
  readonly rungs: number
}

/** Where a modem stands on the ladder. Times are those of one clock that never jumps, in milliseconds. */
export interface Climb {
  readonly trouble: Trouble | null
  /** Of every trouble since the modem was last well: one that a remedy itself brings must not make the other begin anew. */
  readonly stands: Readonly<Partial<Record<Trouble, Stand>>>
  /** When it became well; `null`: it is not. */
  readonly wellSince: number | null
  /** Hard remedies that are not forgotten yet. */
  readonly hard: number
  /** When the last of these was. */
  readonly lastHardAt: number
}

export const ON_THE_GROUND: Climb = {
  trouble: null,
  stands: {},
  wellSince: null,
  hard: 0,
  lastHardAt: Number.NEGATIVE_INFINITY,
}

/** What is seen of the modem now. Pure. */
export function notice(climb: Climb, trouble: Trouble | null, now: number): Climb {
  if (trouble !== null) {
    const stands = { ...climb.stands, [trouble]: climb.stands[trouble] ?? { since: now, rungs: 0 } }
    return { ...climb, trouble, stands, wellSince: null }
  }
  const wellSince = climb.wellSince ?? now
  return { ...climb, trouble, stands: {}, wellSince, hard: now - wellSince >= FORGOTTEN_MS ? 0 : climb.hard }
}

/** How long the present trouble has lasted, in milliseconds; 0 without one. Pure. */
export function lasting(climb: Climb, now: number): number {
  return now - (standOf(climb)?.since ?? now)
}

/** The remedy that is due, if any; `available`: those that can be taken at all. Pure. */
export function dueRemedy(climb: Climb, available: ReadonlySet<Remedy>, now: number): Remedy | undefined {
  const taken = standOf(climb)?.rungs ?? 0
  const rungs = LADDER.filter(({ trouble, remedy }) => trouble === climb.trouble && available.has(remedy))
  const hard = rungs.filter(({ remedy }) => HARD.has(remedy))
  // At the top only the hard ones go on, in turn.
  const rung: Rung | undefined = rungs[taken] ?? hard[(taken - rungs.length) % hard.length]
  if (rung === undefined || lasting(climb, now) < rung.afterMs) return undefined
  return HARD.has(rung.remedy) && now - climb.lastHardAt < gapMs(climb) ? undefined : rung.remedy
}

/** A remedy was taken. @param succeeded one that could not even be begun costs no distance to the next. Pure. */
export function took(climb: Climb, remedy: Remedy, succeeded: boolean, now: number): Climb {
  const stand = standOf(climb)
  const stands =
    climb.trouble === null || !stand
      ? climb.stands
      : { ...climb.stands, [climb.trouble]: { ...stand, rungs: stand.rungs + 1 } }
  const isHard = succeeded && HARD.has(remedy)
  return isHard ? { ...climb, stands, hard: climb.hard + 1, lastHardAt: now } : { ...climb, stands }
}

function standOf({ trouble, stands }: Climb): Stand | undefined {
  return trouble === null ? undefined : stands[trouble]
}

function gapMs({ hard }: Climb): number {
  return Math.min(LEAST_GAP_MS * 2 ** hard, LONGEST_GAP_MS)
}
