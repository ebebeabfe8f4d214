import {
  parseCnum,
  parseCrsmIccid,
  parseIccid,
  parseIdentification,
  parseImei,
  parseImsi,
  parseText,
} from '../at/responses-identity.ts'
import { parseZnck, parseZsec } from '../at/responses-zte.ts'
import type { DeviceLock, Identity } from '../modem/modem.ts'
import type { AtChannel } from './at-channel.ts'
import { ask, firstOf } from './at-question.ts'

/** What a modem says of itself, with or without a SIM. */
export type ModemIdentity = Pick<Identity, 'manufacturer' | 'model' | 'firmware' | 'hardware' | 'imei'>

/** What it says of its SIM. */
export type SimIdentity = Pick<Identity, 'imsi' | 'iccid' | 'msisdn'>

/** Ways to the ICCID; ZTE sticks refuse most of them, the last reads EF-ICCID itself (ETSI TS 102 221 section 13.2). */
const ICCID_COMMANDS = ['AT+ZGETICCID', 'AT+ICCID', 'AT+CCID', 'AT^ICCID?'] as const
const READ_EF_ICCID = 'AT+CRSM=176,12258,0,0,10'

/** Model and IMEI, as far as the modem tells. @throws ModemError when the connection has ended; the signal's reason */
export async function readModemIdentity(channel: AtChannel, signal: AbortSignal): Promise<ModemIdentity> {
  const block = await ask(channel, 'ATI', parseIdentification, signal)
  const text = (command: string): Promise<string | undefined> => ask(channel, command, parseText, signal)
  return {
    manufacturer: (await text('AT+CGMI')) ?? block?.manufacturer ?? null,
    model: (await text('AT+CGMM')) ?? block?.model ?? null,
    firmware: (await text('AT+CGMR')) ?? block?.revision ?? null,
    hardware: null,
    imei: (await ask(channel, 'AT+CGSN', firstOf(parseImei), signal)) ?? block?.imei ?? null,
  }
}

/** Who the SIM is, all `null` while it is not ready. @throws ModemError when the connection has ended; the signal's reason */
export async function readSimIdentity(channel: AtChannel, signal: AbortSignal): Promise<SimIdentity> {
  return {
    imsi: (await ask(channel, 'AT+CIMI', firstOf(parseImsi), signal)) ?? null,
    iccid: await readIccid(channel, signal),
    msisdn: (await ask(channel, 'AT+CNUM', firstOf(parseCnum), signal))?.number ?? null,
  }
}

async function readIccid(channel: AtChannel, signal: AbortSignal): Promise<string | null> {
  for (const command of ICCID_COMMANDS) {
    const iccid = await ask(channel, command, firstOf(parseIccid), signal)
    if (iccid !== undefined) return iccid
  }
  return (await ask(channel, READ_EF_ICCID, firstOf(parseCrsmIccid), signal)) ?? null
}

const LOCK_STATUS: readonly DeviceLock['status'][] = ['starting', 'failed', 'locked', 'unlocked']
const LOCK_TO: readonly DeviceLock['to'][] = [null, 'network', 'sim', 'network_and_sim']

/** The lock to an operator, by ZTE's own commands. @throws ModemError when the connection has ended; the signal's reason */
export async function readLock(channel: AtChannel, signal: AbortSignal): Promise<DeviceLock | null> {
  const security = await ask(channel, 'AT+ZSEC?', firstOf(parseZsec), signal)
  const status = LOCK_STATUS[security?.status ?? -1]
  if (security === undefined || status === undefined) return null
  const triesLeft = (await ask(channel, 'AT+ZNCK?', firstOf(parseZnck), signal)) ?? null
  return { status, to: LOCK_TO[security.lock] ?? null, triesLeft }
}
