import type { SupervisorOptions } from '../../src/bridge/supervisor-options.ts'

/** For tests of other things: everybody may be sent any number of messages. */
export const UNGUARDED = {
  recipients: { allowed: [], blocked: [] },
  limits: { perMinute: 0, perHour: 0, perDay: 0, perMonth: 0, reserveForHigh: 0 },
  pricePerPart: null,
} as const satisfies Pick<SupervisorOptions, 'recipients' | 'limits' | 'pricePerPart'>
