import type { PasswordTransform, TokenKind } from '../goform/login.ts'
import type { ApiPaths } from '../goform/request.ts'
import { GOFORM_PATHS, REQPROC_PATHS } from '../goform/request.ts'
import type { StateDialect } from '../goform/state.ts'

/** What is known about a family of routers, MiFis and sticks with a web page. `null`: to be found out by behaviour. */
export interface RouterProfile {
  /** As it may be named in the configuration. */
  readonly name: string
  /** Found in `model_name` or `wa_inner_version`; `null` for the generic one. */
  readonly match: RegExp | null
  /** Where it was seen. */
  readonly evidence: string
  /** Where such a device usually is. */
  readonly url: string
  readonly paths: ApiPaths
  /** The transform to try first; `none`: there is no login. */
  readonly password: PasswordTransform | 'none' | null
  /** Field for a user name, where the login wants one. */
  readonly userField: 'user' | 'username' | null
  /** The write token to try first. */
  readonly token: TokenKind | null
  /** Whether to ask for the item names of firmware from about 2024 on. */
  readonly hasNewNames: boolean
  readonly dialect: StateDialect
}

const BY_RULE = { cellIdBase: 'auto', pciBase: 'auto', bearer: 'lte', hasBattery: null } as const
const STICK_OR_CPE = { ...BY_RULE, hasBattery: false } as const
const MIFI = { ...BY_RULE, hasBattery: true } as const
const MC = { cellIdBase: 'hex', pciBase: 'hex', bearer: 'nr', hasBattery: false } as const

/** What nothing else is known of: the login follows from `LD`, the token from `RD`, number bases from what they can be. */
export const GENERIC_ROUTER: RouterProfile = {
  name: 'generic',
  match: null,
  evidence: 'rules that held on all models reported so far',
  url: 'http://192.168.0.1',
  paths: GOFORM_PATHS,
  password: null,
  userField: null,
  token: null,
  hasNewNames: true,
  dialect: { ...BY_RULE, bearer: 'nr' },
}

const CLASSIC = { ...GENERIC_ROUTER, hasNewNames: false } as const

/** The first row that matches counts. Behaviour overrules a row: firmware of one model differs by operator and year. */
export const ROUTERS: readonly RouterProfile[] = [
  {
    ...CLASSIC,
    name: 'MF823D',
    match: /MF823[DL]/,
    evidence: 'MF823D and MF823L with a login, unlike other MF823; MF823L writes control characters into its JSON',
    url: 'http://192.168.32.1',
    password: 'base64',
    token: 'none',
    dialect: STICK_OR_CPE,
  },
  {
    ...CLASSIC,
    name: 'MF823',
    match: /MF8(?:23|31)/,
    evidence: 'MF823 and MF831 sticks: all items and writes are open; empty battery items',
    password: 'none',
    token: 'none',
    dialect: STICK_OR_CPE,
  },
  {
    ...CLASSIC,
    name: 'MF833',
    match: /MF833/,
    evidence: 'MF833V without a login; newer MF833 firmware wants a token and encrypts messages',
    password: 'none',
    token: null,
    dialect: STICK_OR_CPE,
  },
  {
    ...CLASSIC,
    name: 'MF79U-BD_XCBZHK',
    match: /XCBZHK/,
    evidence: 'MF79U with firmware BD_XCBZHK…: challenge login, cookie zsidn, numbers in hex',
    password: 'sha256_challenge',
    token: 'md5',
    dialect: { ...STICK_OR_CPE, cellIdBase: 'hex', pciBase: 'decimal' },
  },
  {
    ...CLASSIC,
    name: 'MF79U',
    match: /MF79R?U/,
    evidence: 'MF79U BD_MF79UV1.0.0B03 and MF79RU BD_MF79RUV1.0.0B02: cell_id in hex, lte_pci decimal, no battery',
    password: 'base64',
    token: 'md5',
    dialect: { ...STICK_OR_CPE, cellIdBase: 'hex', pciBase: 'decimal' },
  },
  {
    ...CLASSIC,
    name: 'MF920V',
    match: /MF920V/,
    evidence: 'MF920V: session bound to the address, no token on early firmware',
    password: 'base64',
    token: null,
    dialect: MIFI,
  },
  {
    ...CLASSIC,
    name: 'MF920U',
    match: /MF920U/,
    evidence: 'MF920U BD_CNCNLMF920UV1.0.0B10: later firmware wants an MD5 token',
    password: 'base64',
    token: 'md5',
    dialect: MIFI,
  },
  {
    ...CLASSIC,
    name: 'MF910',
    match: /MF910/,
    evidence: 'MF910: session bound to the address, on some by cookie; no token',
    password: 'base64',
    token: 'none',
    dialect: MIFI,
  },
  {
    ...CLASSIC,
    name: 'MF971',
    match: /MF971[RV]/,
    evidence: 'MF971V: no login without X-Requested-With; MF971R: MD5 token',
    password: 'base64',
    token: null,
    dialect: BY_RULE,
  },
  {
    ...CLASSIC,
    name: 'MF283+',
    match: /MF283/,
    evidence: 'MF283+: session bound to the address, no token',
    url: 'http://192.168.1.1',
    password: 'base64',
    token: 'none',
    dialect: STICK_OR_CPE,
  },
  {
    ...CLASSIC,
    name: 'MF286D',
    match: /MF286D/,
    evidence: 'Nordic MF286D with a cr_version that is not empty',
    url: 'http://192.168.1.1',
    password: 'sha256_base64',
    token: 'md5',
    dialect: STICK_OR_CPE,
  },
  {
    ...CLASSIC,
    name: 'MF286R',
    match: /MF286R/,
    evidence: 'MF286R Superbox of an operator: LOGIN_MULTI_USER with base64 and a token, cookie zwsd',
    url: 'http://192.168.1.1',
    password: 'base64',
    userField: 'user',
    token: 'md5',
    dialect: STICK_OR_CPE,
  },
  {
    ...CLASSIC,
    name: 'MF286',
    match: /MF286/,
    evidence: 'early MF286',
    url: 'http://192.168.1.1',
    password: 'base64',
    token: 'md5',
    dialect: STICK_OR_CPE,
  },
  {
    ...CLASSIC,
    name: 'MF266',
    match: /MF266/,
    evidence: 'MF266 BD_MEOPTMF266V1.0.0B06',
    url: 'http://192.168.254.1',
    password: 'sha256_challenge',
    userField: 'user',
    token: 'md5',
    dialect: STICK_OR_CPE,
  },
  {
    ...CLASSIC,
    name: 'MF297D',
    match: /MF297D/,
    evidence: 'MF297D BD_TELIASEMF297DMODV1.0.1B03: cell_id decimal, level in rssi with an unsure sign, cookie zsidn',
    url: 'http://192.168.1.1',
    password: 'sha256_challenge',
    token: 'sha256',
    dialect: { ...STICK_OR_CPE, cellIdBase: 'decimal' },
  },
  {
    ...CLASSIC,
    name: 'MF295N',
    match: /MF295N/,
    evidence: 'MF295N: wants the cache parameter, RD changes with every request, USSD works though its page hides it',
    url: 'http://192.168.1.1',
    password: 'sha256_challenge',
    token: 'sha256',
    dialect: STICK_OR_CPE,
  },
  {
    ...CLASSIC,
    name: 'MF935',
    match: /MF935/,
    evidence: 'MF935: tables come back empty when asked for among other items',
    password: 'sha256_challenge',
    token: 'sha256',
    dialect: BY_RULE,
  },
  {
    ...CLASSIC,
    name: 'MU5001',
    match: /MU5001/,
    evidence: 'MU5001: writes without a token fail',
    password: 'sha256_challenge',
    token: 'md5',
    dialect: { ...BY_RULE, bearer: 'nr' },
  },
  {
    ...CLASSIC,
    name: 'MC801A',
    match: /MC801A/,
    evidence: 'MC801A, cookie stok, on early firmware zwsd',
    password: 'sha256_challenge',
    token: 'md5',
    dialect: MC,
  },
  {
    ...CLASSIC,
    name: 'MC7010',
    match: /MC7010/,
    evidence: 'MC7010 PLY_PL_MC7010V1.0.0B03: silent when asked for several unknown items, cell_id and lte_pci in hex',
    url: 'http://192.168.254.1',
    password: 'sha256_challenge',
    token: 'md5',
    dialect: MC,
  },
  {
    ...CLASSIC,
    name: 'MC888',
    match: /MC888/,
    evidence: 'MC888 BD_STDMC888V1.0.0B04: cell_id and lte_pci in hex; recent firmware has the new item names',
    password: 'sha256_challenge',
    token: 'sha256',
    hasNewNames: true,
    dialect: MC,
  },
  {
    ...CLASSIC,
    name: 'MC889',
    match: /MC889/,
    evidence: 'MC889: one unsupported item fails the whole request; stays locked until a power cycle',
    url: 'http://192.168.254.1',
    password: 'sha256_challenge',
    userField: 'user',
    token: 'sha256',
    dialect: MC,
  },
  {
    ...GENERIC_ROUTER,
    name: 'U50',
    match: /\bU(?:30|50)/,
    evidence:
      'U30 and U50 class (U30ProV1.0.0B23): strict about headers, new item names, 4G_AND_5G reads back as WL_AND_5G',
    password: 'sha256_challenge',
    token: 'sha256',
    dialect: { ...MIFI, bearer: 'u50' },
  },
  {
    ...GENERIC_ROUTER,
    name: 'U25S',
    match: /\bU25S/,
    evidence: 'U25S: no login on some builds, new item names, battery_charging 2 is full',
    dialect: MIFI,
  },
  {
    ...CLASSIC,
    name: 'OLAX',
    match: /OLAX/i,
    evidence: 'boards of other makers with a ZXIC chip: same items and writes under other paths',
    paths: REQPROC_PATHS,
    dialect: BY_RULE,
  },
]

/** The profile for what a device says of itself; empty texts give the generic one. */
export function findRouter(modelName: string, firmware: string): RouterProfile {
  return ROUTERS.find(({ match }) => match?.test(modelName) || match?.test(firmware)) ?? GENERIC_ROUTER
}
