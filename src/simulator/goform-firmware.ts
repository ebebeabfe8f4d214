/** Generations of radio a router may offer. */
export type Generation = '2g' | '3g' | '4g' | '5g'

/** How dates of received messages are written; all are local time with the zone in quarters of an hour. */
export type DateDialect =
  /** `24,03,01,12,34,56,+4` */
  | 'padded'
  /** `24,3,1,12,34,56,+4` */
  | 'unpadded'
  /** `24,03,01,12,34,56,+,4` */
  | 'split-sign'
  /** `24,03,01,12,34,56` */
  | 'no-zone'
  /** `24;03;01;12;34;56;+4` */
  | 'semicolons'

/** How an answer ends. */
export type Framing =
  /** With its length; the connection stays. */
  | 'keep-alive'
  /** With its length and `Connection: close`. */
  | 'close'
  /** With its length and without a word of warning before the connection ends. */
  | 'early-close'
  /** HTTP/1.0 without a length: the body ends with the connection. */
  | 'http-1.0'

/** The session cookie of one firmware. */
export interface SessionCookie {
  readonly name: string
  /** Hex digits of its value. */
  readonly digits: 24 | 32 | 64
  readonly isQuoted: boolean
  /** What follows the value in `Set-Cookie`. */
  readonly attributes: string
  /** In which form the cookie is recognised when it comes back. */
  readonly accepts: 'either' | 'bare' | 'quoted'
  /** The challenge is answered with a cookie that means nothing yet; the login replaces it. */
  readonly comesEarly: boolean
}

/** What a firmware answers to somebody who has no session. */
export type Refusal = 'empty-strings' | 'failure' | 'empty-body' | 'html' | 'redirect' | 'status-401'

/** The oddities of one firmware as values; every one of them can be set alone. */
export interface RouterProfile {
  /** `model_name` */
  readonly model: string
  /** `hardware_version` */
  readonly hardware: string
  /** `wa_inner_version` */
  readonly firmware: string
  /** `cr_version` */
  readonly crVersion: string
  /** `Server:` header. */
  readonly server: string
  readonly contentType: string
  readonly framing: Framing
  /** Address under which the device knows itself. */
  readonly deviceHost: string
  readonly readPath: string
  readonly writePath: string
  /** Plain HTTP is refused in words; only HTTPS is served. */
  readonly wantsHttps: boolean
  /** A `Referer` of this device is needed for everything. */
  readonly needsReferer: boolean
  /** Another `Host` is redirected to the device's own address. */
  readonly checksHost: boolean
  /** Without `Origin` a login is answered like a wrong password. */
  readonly needsOrigin: boolean
  /** Without `X-Requested-With` a login fails. */
  readonly needsXhr: boolean
  /** Forms are read only with `charset=UTF-8` in their content type. */
  readonly needsCharset: boolean
  /** Writes are also taken as GET with a query. */
  readonly takesGetWrites: boolean
  /** A longer request line is cut there; octets, `null` for no limit. */
  readonly requestLineLimit: number | null

  readonly login: 'none' | 'base64' | 'sha256-base64' | 'sha256-challenge'
  readonly loginId: 'LOGIN' | 'LOGIN_MULTI_USER'
  /** Field of the user name; `null` for a firmware without users. */
  readonly userField: 'user' | 'username' | null
  readonly loginNeedsToken: boolean
  /** Hash of the write token `AD`. */
  readonly token: 'none' | 'md5' | 'sha256'
  /** Digits of its random part; `null`: as many as the hash has, which nothing guarantees. */
  readonly rdDigits: 32 | 64 | null
  readonly tokenRotates: 'never' | 'each-read' | 'each-write'
  /** `null`: the session belongs to the address of the client. */
  readonly cookie: SessionCookie | null
  /** A session dies after so long without a request; `null`: never. */
  readonly idleLimitMs: number | null
  /** The first write after a login fails unless something was read before. */
  readonly needsReadAfterLogin: boolean
  /** How long five wrong passwords lock the account; infinite: until the power is cut. */
  readonly lockSeconds: number
  readonly lockedResult: '1' | '5'
  /** `loginfo` without a session. */
  readonly loggedOutWord: '' | 'no' | 'timeout'
  /** A single `cmd=loginfo` says `ok` to anybody. */
  readonly singleLoginfoLies: boolean
  readonly readsRefusedBy: Refusal
  readonly writesRefusedBy: Refusal
  /** Names that are told without a session. */
  readonly openItems: readonly string[]

  readonly unknownNames: 'echo' | 'omit' | 'fail' | 'hang'
  /** Names it does not know although others do. */
  readonly lacks: readonly string[]
  /** Names it knows and never fills. */
  readonly neverFills: readonly string[]
  /** Names with a prefix, as firmware of 2024 and later has them; the old names then stay empty. */
  readonly prefixesNames: boolean
  readonly cellIds: 'hex' | 'decimal'
  readonly pci: 'hex' | 'decimal'
  /** Its word in `network_type` for each generation it has. */
  readonly networkTypes: Readonly<Partial<Record<Generation, string>>>
  readonly noService: 'No Service' | 'no_service'
  /** `ppp_status` while data flows. */
  readonly connectedWord: 'ppp_connected' | 'ipv4_ipv6_connected' | 'ipv6_connected'
  readonly battery: 'none' | 'percent' | 'constant'

  /** Values of `SET_BEARER_PREFERENCE` it takes. */
  readonly bearers: readonly string[]
  /** Values that read back as others. */
  readonly bearerReadsAs: Readonly<Record<string, string>>
  /** Mode and operator can be changed only while no data flows. */
  readonly needsDataOff: boolean
  readonly rebootAnswer: 'success' | 'none' | 'empty-body'
  /** USSD works, works on 2G and 3G only, or is not built in. */
  readonly ussd: 'yes' | 'below-lte' | 'no'
  readonly ussdDcs: number

  readonly stores: { readonly nv: number; readonly sim: number }
  /** Ids of both stores are counted together, or each store by itself. */
  readonly idSpace: 'one' | 'per-store'
  /** The id of a new message: one above the highest, the lowest that is free, or one that never was. */
  readonly newIds: 'above-highest' | 'lowest-free' | 'never-used'
  readonly dates: DateDialect
  readonly numbers: 'plain' | 'hex' | 'hex-names'
  /** Fields of a listed message: the first six, with concatenation, or with store and reference too. */
  readonly rowFields: 'few' | 'usual' | 'many'
  readonly ignoresPage: boolean
  readonly ignoresOrder: boolean
  /** Long messages are sent up to so many parts; beyond that, sending fails. */
  readonly maxParts: number
  /** `tag` of a message that was sent while there was no network. */
  readonly unsubmittedTag: 3 | 4
  /** `content` of a delivery report: how it ended (1 delivered, 2 not, 3 the centre still tries), or the recipient once more. */
  readonly reports: 'none' | 'outcome' | 'recipient'
  /** `sms_cmd_status_info` repeats the number it was asked for. */
  readonly statusNamesCommand: boolean
  /** `sms_received_flag` and `sts_received_flag` when nothing came. */
  readonly idleFlag: '' | '0'
  /** `sms_unread_num` brings the counters of both stores along. */
  readonly splitsUnread: boolean
  /** Number and text can be wrapped in AES-256-GCM. */
  readonly hasEncryption: boolean
}
