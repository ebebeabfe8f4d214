/** What an interface of the composition is for. The diagnostic one never speaks AT. */
export type PortRole = 'diagnostic' | 'status' | 'modem'
export type StoreName = 'SM' | 'ME' | 'SR'
export type CharacterSet = 'GSM' | 'IRA' | 'UCS2'
/** Best access technology a stick has, in its own words (`+ZPAS`). */
export type Technology = 'GSM' | 'EDGE' | 'UMTS' | 'HSDPA' | 'LTE'
/** On which ports traffic makes the stick leave the bus. */
export type DropHabit = 'never' | 'modem-port' | 'always'

/** The oddities of one model as values; every one of them can be set alone. */
export interface StickProfile {
  readonly manufacturer: string
  readonly model: string
  readonly revision: string
  /** USB product id of the composition, vendor 19d2. */
  readonly productId: string
  /** Serial interfaces by `bInterfaceNumber`. */
  readonly interfaces: Readonly<Record<number, PortRole>>
  /** Diagnostic ports answer with an HDLC frame instead of keeping silent. */
  readonly diagnosticSpeaks: boolean
  /** Ports on which unsolicited result codes come. */
  readonly unsolicitedOn: readonly PortRole[]
  /** `ATI` as one block of lines, or each line framed by itself. */
  readonly atiIsBlock: boolean
  /** Final result code for a command it does not know. */
  readonly unknownCommand: 'ERROR' | 'COMMAND NOT SUPPORT' | 'unknown'
  /** `<n>` of `+CMEE` after power-up. */
  readonly factoryCmee: 0 | 1 | 2
  /** Parameters of `+CNMI` that are accepted; `*` stands for any value. */
  readonly cnmi: readonly string[]
  readonly factoryCnmi: string
  /** Refusal of other `+CNMI` values. */
  readonly cnmiRefusal: 'ERROR' | '+CMS ERROR: 303'
  /** Message stores with their capacity and the index of their first slot. */
  readonly stores: Readonly<Partial<Record<StoreName, { readonly capacity: number; readonly firstIndex: 0 | 1 }>>>
  /** All three places of `+CPMS` after power-up. */
  readonly factoryStore: 'SM' | 'ME'
  /** Answer of `+CMGR` for an empty slot. */
  readonly emptySlot: '+CMS ERROR: 321' | 'OK'
  /** What becomes of class 0 messages: passed on directly, stored like others, or shown to nobody. */
  readonly flash: 'direct' | 'stored' | 'lost'
  /** `+CMT: ,36` or `+CMT: "",36`. */
  readonly cmtForm: ',' | '"",'
  /** `+CDS: ,25` (ZTE) or `+CDS: 25` (3GPP TS 27.005). */
  readonly cdsForm: ',' | ''
  /** `+CSMP=` loses the service centre address. */
  readonly csmpClearsSmsc: boolean
  /** `+ZUSIMR:2` every second until the message storage has been read or set. */
  readonly floodsUntilCpms: boolean
  /** `+ZPASR` and `+ZDONR` at each registration. */
  readonly announcesNetwork: boolean
  readonly characterSets: readonly CharacterSet[]
  readonly factoryCharacterSet: CharacterSet
  /** USSD answers come only while the character set is GSM. */
  readonly ussdNeedsGsm: boolean
  readonly ussdCoding: 'plain' | 'packed' | 'ucs2'
  /** `<dcs>` told with USSD answers. */
  readonly ussdDcs: number
  /** The answer comes ahead of the `OK` of its command. */
  readonly ussdAnswersBeforeOk: boolean
  /** How codes have to be written: in the character set that is chosen, only in UCS2, or as hex of packed septets in any other set. */
  readonly ussdTakes: 'text' | 'ucs2' | 'packed'
  /** What becomes of a code while the stick is on LTE, which has no circuit-switched service. */
  readonly ussdOnLte: 'works' | '+CME ERROR: 100' | '+CUSD: 4'
  /** A bare `+CUSD: 2` comes in front of a last answer. */
  readonly ussdEndsFirst: boolean
  /** `+CUSD: 2` tells that a session was cancelled. */
  readonly ussdConfirmsCancel: boolean
  readonly dropOnSms: DropHabit
  readonly dropOnUssd: DropHabit
  /** Forms of `+ZRSSI` that are known: bare, with a question mark, or none. */
  readonly zrssi: 'bare' | 'both' | 'error'
  readonly hasCesq: boolean
  /** Prefix of the answer to `+ZPAS?`. */
  readonly bearer: '+ZPAS' | '+BEARTYPE'
  /** What stands behind the name in the answer to `+ZSNT?`. */
  readonly zsntSeparator: ': ' | '='
  readonly technology: Technology
  /** Location and cell in quotes, and the access technology behind them, in `+CREG` and its relatives. */
  readonly cregIsFull: boolean
  /** The list of `+COPS=?` ends in a comma instead of the lists of modes and formats. */
  readonly copsListEndsInComma: boolean
  /** How `+COPS=?` lists networks: with the access technology, without it, or its own network once per technology. */
  readonly copsListForm: 'full' | 'no-act' | 'per-technology'
  /** The address behind `+CGPADDR` is in quotes. */
  readonly addressIsQuoted: boolean
  /** Names of commands that tell the ICCID; `+CRSM` always does. */
  readonly iccidCommands: readonly ('+ZGETICCID' | '+ICCID' | '+CCID')[]
  /** `+CFUN?` answers with the test form's text. */
  readonly cfunReadsOddly: boolean
  readonly hasZrst: boolean
}

/**
 * A stick without remarkable habits; the rows below differ from it. Evidence: what most public logs of ZTE 3G sticks share.
 * Firmware names that no public log shows are invented.
 */
export const ORDINARY: StickProfile = {
  manufacturer: 'ZTE INCORPORATED',
  model: 'MF190',
  revision: 'BD_3GHAP673A4V1.0.0B02',
  productId: '0117',
  interfaces: { 0: 'diagnostic', 1: 'status', 2: 'modem' },
  diagnosticSpeaks: false,
  unsolicitedOn: ['status', 'modem'],
  atiIsBlock: true,
  unknownCommand: 'ERROR',
  factoryCmee: 0,
  cnmi: ['2,1,0,2,0', '2,1,0,1,0', '2,1,0,0,0', '1,*,0,*,0', '0,*,0,*,0'],
  factoryCnmi: '0,0,0,0,0',
  cnmiRefusal: '+CMS ERROR: 303',
  stores: {
    SM: { capacity: 50, firstIndex: 1 },
    ME: { capacity: 100, firstIndex: 0 },
    SR: { capacity: 100, firstIndex: 0 },
  },
  factoryStore: 'SM',
  emptySlot: '+CMS ERROR: 321',
  flash: 'direct',
  cmtForm: ',',
  cdsForm: ',',
  csmpClearsSmsc: false,
  floodsUntilCpms: false,
  announcesNetwork: false,
  characterSets: ['GSM', 'IRA', 'UCS2'],
  factoryCharacterSet: 'IRA',
  ussdNeedsGsm: false,
  ussdCoding: 'plain',
  ussdDcs: 15,
  ussdAnswersBeforeOk: false,
  ussdTakes: 'text',
  ussdOnLte: 'works',
  ussdEndsFirst: false,
  ussdConfirmsCancel: false,
  dropOnSms: 'never',
  dropOnUssd: 'never',
  zrssi: 'both',
  hasCesq: false,
  bearer: '+ZPAS',
  zsntSeparator: ': ',
  technology: 'HSDPA',
  cregIsFull: false,
  copsListEndsInComma: false,
  copsListForm: 'full',
  addressIsQuoted: true,
  iccidCommands: ['+ZGETICCID'],
  cfunReadsOddly: false,
  hasZrst: false,
}

/** Evidence: ModemManager's ZTE plugin, which stops the flood of `+ZUSIMR:2`; network news wait in an unread port. */
export const MF190: StickProfile = {
  ...ORDINARY,
  floodsUntilCpms: true,
  announcesNetwork: true,
  ussdCoding: 'packed',
}

/** Evidence: an early stick whose Qualcomm firmware lists mode 2 of `+CNMI` and refuses it (oFono, wader). */
export const MF622: StickProfile = {
  ...ORDINARY,
  model: 'MF622',
  revision: 'BD_MF622V1.0.0B02',
  productId: '0001',
  interfaces: { 0: 'modem', 1: 'diagnostic', 2: 'status' },
  cnmi: ['1,*,*,*,*'],
  cnmiRefusal: 'ERROR',
  zrssi: 'error',
  copsListEndsInComma: true,
}

/** Evidence: forum logs of factory settings: everything in ME, verbose errors, `+CNMI: 3,1,0,2,0`. */
export const MF636: StickProfile = {
  ...ORDINARY,
  model: 'MF636',
  revision: 'BD_MF636V1.0.4B11',
  productId: '0031',
  interfaces: { 0: 'diagnostic', 1: 'status', 3: 'modem' },
  factoryCmee: 2,
  cnmi: ['3,1,0,2,0', '3,1,0,0,0'],
  factoryCnmi: '3,1,0,2,0',
  factoryStore: 'ME',
  ussdCoding: 'packed',
}

/** Evidence: the user report this project began with, gammu issue 326; leaves the bus when the modem port is used. */
export const MF667: StickProfile = {
  ...ORDINARY,
  model: 'MF667',
  revision: 'BD_MF667V1.0.0B06',
  productId: '0016',
  cnmi: ['3,1,2,2,0', '2,1,0,0,0'],
  factoryStore: 'ME',
  floodsUntilCpms: true,
  announcesNetwork: true,
  ussdNeedsGsm: true,
  ussdCoding: 'ucs2',
  ussdDcs: 72,
  dropOnSms: 'modem-port',
  dropOnUssd: 'modem-port',
  zrssi: 'bare',
}

/** Evidence: LTE sticks in their factory composition (ModemManager, Arch wiki). */
export const MF831: StickProfile = {
  ...ORDINARY,
  manufacturer: 'ZTE CORPORATION',
  model: 'MF831',
  revision: 'BD_HOFATMF831V1.0.0B02',
  productId: '0016',
  atiIsBlock: false,
  cnmi: ['2,1,0,0,0'],
  ussdCoding: 'ucs2',
  ussdDcs: 72,
  hasCesq: true,
  technology: 'LTE',
  cregIsFull: true,
}

/** Evidence: wader and ModemManager on the Vodafone K3565-Z. */
export const K3565Z: StickProfile = {
  ...ORDINARY,
  model: 'K3565-Z',
  revision: 'BD_P673A2V1.0.0B09',
  productId: '0063',
  interfaces: { 1: 'status', 3: 'modem' },
  cnmi: ['1,1,0,1,0'],
  zrssi: 'error',
  bearer: '+BEARTYPE',
  csmpClearsSmsc: true,
  cfunReadsOddly: true,
  cdsForm: '',
}

/** Evidence: wader: status reports arrive in `SR` and are announced by `+CDSI`. */
export const MF181: StickProfile = {
  ...ORDINARY,
  model: 'MF181',
  revision: 'BD_MF181V1.0.0B01',
  productId: '2003',
  cnmi: ['2,1,0,2,0'],
}
