/** When it is sensible to try the failed thing again. */
export type Retry =
  /** At once or after a short pause: the same request may well succeed. */
  | 'now'
  /** After a back-off: something outside must change first. */
  | 'later'
  /** Only on a newly opened modem. */
  | 'after_reopen'
  /** The same request will fail again. */
  | 'never'

interface ErrorRow {
  readonly code: string
  readonly retry: Retry
  /** What it means to a user, and what can be done about it. */
  readonly meaning: string
}

/** Every way in which a request can fail: the codes of the MQTT contract, then those that stay inside. */
export const ERRORS = [
  {
    code: 'invalid_request',
    retry: 'never',
    meaning: 'The request itself is wrong; the message names the key and what was expected.',
  },
  { code: 'unknown_command', retry: 'never', meaning: 'There is no such command; the message lists those there are.' },
  {
    code: 'retained_refused',
    retry: 'never',
    meaning: 'The command was stored in the broker as a retained message. Publish commands without the retain flag.',
  },
  { code: 'not_supported', retry: 'never', meaning: 'This modem or its firmware cannot do that.' },
  { code: 'not_allowed', retry: 'never', meaning: 'The configuration forbids it.' },
  {
    code: 'quota_exceeded',
    retry: 'later',
    meaning: 'A sending limit is used up; the message says which one and when it frees.',
  },
  { code: 'modem_offline', retry: 'after_reopen', meaning: 'The modem is not connected at the moment.' },
  { code: 'sim_not_ready', retry: 'later', meaning: 'The SIM is missing, locked or busy.' },
  { code: 'not_registered', retry: 'later', meaning: 'The modem is not registered with a network.' },
  { code: 'timeout', retry: 'after_reopen', meaning: 'The modem gave no answer in time.' },
  { code: 'rejected_by_modem', retry: 'never', meaning: 'The modem refused the request.' },
  { code: 'rejected_by_network', retry: 'never', meaning: 'The network refused the request.' },
  {
    code: 'duplicate',
    retry: 'never',
    meaning: 'The same id was used for something else, or the same text went to the same number a moment ago.',
  },
  { code: 'expired', retry: 'never', meaning: 'The time limit of the request had passed.' },
  { code: 'queue_full', retry: 'later', meaning: 'Too many messages are waiting; wait until some have been sent.' },
  { code: 'internal', retry: 'later', meaning: 'Something failed inside the bridge; its log tells more.' },
  { code: 'closed', retry: 'after_reopen', meaning: 'The connection to the modem was closed.' },
  {
    code: 'session_taken',
    retry: 'after_reopen',
    meaning: "Somebody is using the router's own web page, which lets in one at a time.",
  },
  { code: 'protocol', retry: 'later', meaning: 'The modem answered something that could not be understood.' },
] as const satisfies readonly ErrorRow[]

export type ErrorCode = (typeof ERRORS)[number]['code']

export interface ErrorDetails {
  readonly cause?: unknown
  /** Raw material for the log at debug level (the offending line); never part of `message`, it may hold private text. */
  readonly detail?: string
  /** Number of a `+CMS ERROR` (3GPP TS 27.005 section 3.2.5). */
  readonly cms?: number
  /** Number of a `+CME ERROR` (3GPP TS 27.007 section 9.2). */
  readonly cme?: number
  /** What is known of the device behind it: it is not there at all, or there and silent. Anything else leaves it open. */
  readonly presence?: 'absent' | 'silent'
  /** Overrides the retry class of the code, where a CMS or CME number says more than the code. */
  readonly retry?: Retry
}

/** The one error of the product. Its message is written for the user: what happened and what to do. */
export class ModemError extends Error {
  override readonly name = 'ModemError'
  readonly code: ErrorCode
  readonly retry: Retry
  readonly detail: string | undefined
  readonly cms: number | undefined
  readonly cme: number | undefined
  readonly presence: 'absent' | 'silent' | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.retry = details.retry ?? retryOf(code)
    this.detail = details.detail
    this.cms = details.cms
    this.cme = details.cme
    this.presence = details.presence
  }
}

function retryOf(code: ErrorCode): Retry {
  for (const row of ERRORS) if (row.code === code) return row.retry
  return 'never'
}
