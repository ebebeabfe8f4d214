/** Rows of firmware oddities; identities are invented, habits are those that third parties measured. */
import type { RouterProfile, SessionCookie } from './goform-firmware.ts'

const LOGIN_PAGE = [
  'LD',
  'RD',
  'cr_version',
  'Language',
  'loginfo',
  'psw_fail_num_str',
  'login_lock_time',
  'pinnumber',
  'puknumber',
  'opms_wan_mode',
]

/** Measured on MC888, MC7010, MF297D and MF79U by third parties. */
const OPEN_USUALLY: readonly string[] = [
  ...LOGIN_PAGE,
  'model_name',
  'network_type',
  'network_provider',
  'signalbar',
  'ppp_status',
  'modem_main_state',
  'wa_inner_version',
  'simcard_roam',
]

/** Measured on a newer MC7010. */
const OPEN_STRICTLY: readonly string[] = [...LOGIN_PAGE, 'imei', 'model_name', 'wa_inner_version', 'opms_wan_auto_mode']

const BEARERS_4G = [
  'NETWORK_auto',
  'Only_GSM',
  'Only_WCDMA',
  'Only_LTE',
  'WCDMA_AND_GSM',
  'WCDMA_AND_LTE',
  'GSM_AND_LTE',
]
const BEARERS_5G = ['NETWORK_auto', 'Only_LTE', 'Only_5G', 'LTE_AND_5G', '4G_AND_5G', 'WL_AND_5G', 'Only_WCDMA']

const NR_ITEMS = [
  'Z5g_rsrp',
  'Z5g_rsrq',
  'Z5g_SINR',
  'nr5g_pci',
  'nr5g_action_band',
  'nr5g_action_channel',
  'nr5g_cell_id',
]
const CA_ITEMS = ['wan_lte_ca', 'lte_ca_pcell_band', 'lte_ca_pcell_bandwidth', 'lte_multi_ca_scell_info']

/** MF823, MF831, MF833V: a USB stick with a web page that is open to everybody. */
export const MF823: RouterProfile = {
  model: 'MF823',
  hardware: 'MF823-HW1.0',
  firmware: 'BD_SIMMF823V1.0.0B02',
  crVersion: '',
  server: 'GoAhead-Webs',
  contentType: 'text/html',
  framing: 'keep-alive',
  deviceHost: '192.168.0.1',
  readPath: '/goform/goform_get_cmd_process',
  writePath: '/goform/goform_set_cmd_process',
  wantsHttps: false,
  needsReferer: true,
  checksHost: false,
  needsOrigin: false,
  needsXhr: false,
  needsCharset: false,
  takesGetWrites: true,
  requestLineLimit: null,
  login: 'none',
  loginId: 'LOGIN',
  userField: null,
  loginNeedsToken: false,
  token: 'none',
  rdDigits: null,
  tokenRotates: 'never',
  cookie: null,
  idleLimitMs: null,
  needsReadAfterLogin: false,
  lockSeconds: 300,
  lockedResult: '1',
  loggedOutWord: '',
  singleLoginfoLies: false,
  readsRefusedBy: 'empty-strings',
  writesRefusedBy: 'failure',
  openItems: OPEN_USUALLY,
  unknownNames: 'echo',
  lacks: [...NR_ITEMS, ...CA_ITEMS, 'pm_sensor_mdm', 'wifi_chip_temp'],
  neverFills: ['lte_rsrq', 'lte_snr', 'lte_rssi', 'msisdn', 'battery_value'],
  prefixesNames: false,
  cellIds: 'hex',
  pci: 'decimal',
  networkTypes: { '2g': 'EDGE', '3g': 'DC-HSPA+', '4g': 'LTE' },
  noService: 'No Service',
  connectedWord: 'ppp_connected',
  battery: 'none',
  bearers: BEARERS_4G,
  bearerReadsAs: {},
  needsDataOff: true,
  rebootAnswer: 'none',
  ussd: 'yes',
  ussdDcs: 72,
  stores: { nv: 100, sim: 20 },
  idSpace: 'one',
  newIds: 'above-highest',
  dates: 'padded',
  numbers: 'plain',
  rowFields: 'few',
  ignoresPage: false,
  ignoresOrder: false,
  maxParts: 5,
  unsubmittedTag: 3,
  reports: 'none',
  statusNamesCommand: true,
  idleFlag: '',
  splitsUnread: false,
  hasEncryption: false,
}

/** MF910, MF920V, MF283+: base64, the session belongs to the client's address, `4` for who is in already. */
export const MF920V: RouterProfile = {
  ...MF823,
  model: 'MF920V',
  hardware: 'MF920V-HW1.0',
  firmware: 'BD_SIMMF920VV1.0.0B05',
  framing: 'http-1.0',
  login: 'base64',
  loggedOutWord: 'no',
  neverFills: ['msisdn', 'battery_value'],
  battery: 'percent',
  needsDataOff: false,
  stores: { nv: 100, sim: 50 },
  rowFields: 'usual',
  idleFlag: '0',
}

/** MF79U: base64 with a quoted cookie, token of MD5. */
export const MF79U: RouterProfile = {
  ...MF823,
  model: 'MF79U',
  hardware: 'MF79U-HW1.0',
  firmware: 'BD_SIMMF79UV1.0.0B03',
  framing: 'close',
  login: 'base64',
  token: 'md5',
  cookie: {
    name: 'stok',
    digits: 24,
    isQuoted: true,
    attributes: '; path=/; HttpOnly',
    accepts: 'either',
    comesEarly: false,
  },
  neverFills: ['msisdn'],
  needsDataOff: false,
  rebootAnswer: 'success',
  stores: { nv: 100, sim: 50 },
  numbers: 'hex-names',
  rowFields: 'usual',
  reports: 'outcome',
  idleFlag: '0',
  splitsUnread: true,
}

/** MF79RU with `B02`: pages do not exist, every message is on the first. */
export const MF79RU: RouterProfile = {
  ...MF79U,
  model: 'MF79RU',
  firmware: 'BD_SIMMF79RUV1.0.0B02',
  ignoresPage: true,
  ignoresOrder: true,
  tokenRotates: 'each-write',
}

/** MF286D: SHA-256 of base64, a cookie with attributes in a form of its own, `cr_version` filled. */
export const MF286D: RouterProfile = {
  ...MF79U,
  model: 'MF286D',
  hardware: 'MF286DHW1.0',
  firmware: 'SIM_MF286D_B12',
  crVersion: 'CR_SIMMF286DV1.0.0B12',
  deviceHost: '192.168.1.1',
  login: 'sha256-base64',
  cookie: {
    name: 'zwsd',
    digits: 32,
    isQuoted: true,
    attributes: ';HttpOnly="1"',
    accepts: 'quoted',
    comesEarly: false,
  },
  battery: 'constant',
}

const LONG_COOKIE: SessionCookie = {
  name: 'stok',
  digits: 64,
  isQuoted: true,
  attributes: '; path=/; HttpOnly; SameSite=Lax',
  accepts: 'either',
  comesEarly: false,
}

/** MC801A: challenge and MD5; the single `loginfo` lies, long request lines are cut. */
export const MC801A: RouterProfile = {
  ...MF79U,
  model: 'MC801A',
  hardware: 'MC801A-1',
  firmware: 'BD_SIMMC801AV1.0.0B07',
  server: 'ZTE-Webs',
  framing: 'early-close',
  requestLineLimit: 2048,
  login: 'sha256-challenge',
  cookie: LONG_COOKIE,
  idleLimitMs: 200_000,
  singleLoginfoLies: true,
  openItems: OPEN_USUALLY,
  lacks: [],
  neverFills: ['rssi', 'Z5g_rsrq', 'nr5g_cell_id', 'msisdn'],
  pci: 'hex',
  networkTypes: { '3g': 'HSPA+', '4g': 'LTE', '5g': 'ENDC' },
  noService: 'no_service',
  battery: 'constant',
  bearers: BEARERS_5G,
  ussd: 'below-lte',
  numbers: 'hex',
}

/** A newer MC7010: next to nothing is open, and a cookie in quotes is overlooked without a word. */
export const MC7010: RouterProfile = {
  ...MC801A,
  model: 'MC7010',
  hardware: 'MC7010-1',
  firmware: 'PLY_SIMMC7010V1.0.0B03',
  cookie: { ...LONG_COOKIE, accepts: 'bare' },
  openItems: OPEN_STRICTLY,
}

/** MC888, MF297D: challenge and SHA-256; the token changes whenever it is read. */
export const MC888: RouterProfile = {
  ...MC801A,
  model: 'MC888',
  hardware: 'MC888HWV1.0.0',
  firmware: 'BD_SIMMC888V1.0.0B04',
  crVersion: 'CR_SIMMC888_B16',
  server: 'WebServer-Webs',
  contentType: 'application/json',
  framing: 'keep-alive',
  token: 'sha256',
  tokenRotates: 'each-read',
  openItems: OPEN_USUALLY,
  neverFills: ['rssi', 'nr5g_cell_id', 'msisdn'],
  rowFields: 'many',
}

/** MF266, MC889: users, and a token that even the login needs. */
export const MF266: RouterProfile = {
  ...MC801A,
  model: 'MF266',
  hardware: 'MF266HW1.0',
  firmware: 'BD_SIMMF266V1.0.0B06',
  server: 'WebServer-Webs',
  deviceHost: '192.168.254.1',
  loginId: 'LOGIN_MULTI_USER',
  userField: 'user',
  loginNeedsToken: true,
  cookie: { ...LONG_COOKIE, attributes: '; path=/' },
  unknownNames: 'fail',
}

/** U30, U50: the dialect of 2024 with all headers needed, a cookie ahead of the login, rejected writes without a body. */
export const U50: RouterProfile = {
  ...MC888,
  model: 'U50S',
  hardware: 'U50SHWV1.0.0',
  firmware: 'U50SV1.0.0B23',
  needsOrigin: true,
  needsXhr: true,
  needsCharset: true,
  cookie: { name: 'zsidn', digits: 64, isQuoted: false, attributes: '; Path=/', accepts: 'bare', comesEarly: true },
  writesRefusedBy: 'empty-body',
  prefixesNames: true,
  battery: 'percent',
  bearers: BEARERS_5G.filter((word) => word !== 'WL_AND_5G'),
  bearerReadsAs: { '4G_AND_5G': 'WL_AND_5G' },
  dates: 'split-sign',
}

/** A dongle of the MF833 kind whose firmware can wrap messages. */
export const MF833: RouterProfile = {
  ...MF79U,
  model: 'MF833N',
  firmware: 'BD_SIMMF833NV1.0.0B09',
  hasEncryption: true,
}
