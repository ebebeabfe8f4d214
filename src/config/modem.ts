import type { Transport } from '../modem/modem.ts'
import { TRANSPORTS } from '../modem/modem.ts'
import { NETWORK_MODES } from '../modem/state.ts'
import {
  boolean,
  filledText,
  hostName,
  imei,
  integer,
  modemId,
  oneOf,
  pin,
  routerUrl,
  serialPort,
  text,
} from './formats.ts'
import type { Group } from './options.ts'

/** The options of one modem. */
export const MODEM = {
  id: {
    doc: 'Part of every topic of this modem. Changing it makes it another modem for Home Assistant.',
    format: modemId,
    default: null,
    required: true,
  },
  name: { doc: 'Name to show to people. Empty: the id.', format: text, default: '' },
  transport: {
    doc: 'How the modem is spoken to: AT commands on a `serial` line, or the web page of a router or hotspot by `http`.',
    format: oneOf(TRANSPORTS),
    default: 'serial',
  },
  port: {
    doc: 'Where it is. `auto` looks for a ZTE stick on USB; `tcp://` is a serial line behind ser2net or alike.',
    format: serialPort,
    default: 'auto',
  },
  imei: {
    doc: 'Which stick this is. Needed when several modems have `port: auto`.',
    format: imei,
    default: null,
    personal: true,
  },
  baud: {
    doc: 'Speed of the serial line in bit/s. USB sticks ignore it.',
    format: integer(1200, 4_000_000),
    default: 115200,
  },
  pin: {
    doc: 'PIN of the SIM. Tried once, and never when fewer than two tries are left.',
    format: pin,
    default: null,
    sensitive: true,
  },
  network_mode: {
    doc: 'Networks that the modem may use, set at every opening. Empty: it keeps its own. `info` lists the modes that it has.',
    format: oneOf(NETWORK_MODES),
    default: null,
  },
  allow_raw_at: {
    doc: 'Take raw AT commands from MQTT. Whoever may publish there can then do with the modem and its SIM as he likes.',
    format: boolean,
    default: false,
  },
  url: {
    doc: 'Address of the web page, with `transport: http`. Routers and sticks usually have `http://192.168.0.1`.',
    format: routerUrl,
    default: null,
  },
  password: {
    doc: 'Password of the web page. Tried twice at most: after five wrong ones a router locks itself.',
    format: filledText,
    default: null,
    sensitive: true,
  },
  username: {
    doc: 'User name, for the few web pages that ask for one (`admin` is tried where none is set).',
    format: filledText,
    default: null,
  },
  login: {
    doc: 'How the password is sent; `auto` finds out.',
    format: oneOf(['auto', 'base64', 'sha256_base64', 'sha256_challenge']),
    default: 'auto',
  },
  write_token: {
    doc: 'Which token goes with each command; `auto` finds out.',
    format: oneOf(['auto', 'none', 'md5', 'sha256']),
    default: 'auto',
  },
  host_header: {
    doc: 'Address that the router has at home, where it is reached under another one (a port forward). Empty: found out.',
    format: hostName,
    default: null,
  },
  api_path: {
    doc: 'Folder of the API: `goform` on ZTE devices, `reqproc` on some of other makers; `auto` finds out.',
    format: oneOf(['auto', 'goform', 'reqproc']),
    default: 'auto',
  },
  tls: {
    reject_unauthorized: {
      doc: 'With `https`: refuse a certificate that cannot be verified. Routers sign theirs themselves, so this fails unless it was replaced.',
      format: boolean,
      default: false,
    },
    legacy: {
      doc: 'With `https`: take TLS 1.0 and weak keys, which is all that some routers have.',
      format: boolean,
      default: false,
    },
  },
} as const satisfies Group

/** Options that not every transport has a use for. */
export const OPTIONS_OF = {
  serial: ['port', 'imei', 'baud'],
  http: ['url', 'password', 'username', 'login', 'write_token', 'host_header', 'api_path'],
} as const satisfies Record<Transport, readonly (keyof typeof MODEM)[]>
