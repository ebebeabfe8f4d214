import type { Registration, Signal } from './state.ts'

/** At home or roaming. */
export function isRegistered({ state }: Pick<Registration, 'state'>): boolean {
  return state === 'home' || state === 'roaming'
}

/**
 * How strong a signal is, 0 … 100: the place of the level on the scale that 3GPP TS 27.007 gives it in `+CSQ` or `+CESQ`; `null` where
 * no level is known.
 */
export function percentOf({
  rssiDbm,
  rsrpDbm,
  rscpDbm,
}: Pick<Signal, 'rssiDbm' | 'rsrpDbm' | 'rscpDbm'>): number | null {
  return share(rssiDbm, -113, 62) ?? share(rsrpDbm, -141, 97) ?? share(rscpDbm, -121, 96)
}

function share(dbm: number | null, lowest: number, span: number): number | null {
  return dbm === null ? null : Math.min(100, Math.max(0, Math.round(((dbm - lowest) / span) * 100)))
}
