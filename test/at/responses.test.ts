import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findResponse } from '../../src/at/responses.ts'
import * as data from '../../src/at/responses-data.ts'
import * as device from '../../src/at/responses-device.ts'
import * as identity from '../../src/at/responses-identity.ts'
import * as network from '../../src/at/responses-network.ts'
import * as signal from '../../src/at/responses-signal.ts'
import * as sms from '../../src/at/responses-sms.ts'
import * as zte from '../../src/at/responses-zte.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { Vector } from './vectors.ts'
import { converse, VECTORS } from './vectors.ts'

type Lines = readonly string[]

/** The network modes by the names that the recorded vectors use. */
const MODES: Record<string, string> = {
  auto: 'auto',
  gsm: '2g-only',
  umts: '3g-only',
  lte: '4g-only',
  gsm_preferred: '2g-preferred',
  umts_preferred: '3g-preferred',
}

/** For each kind of recorded reply: our parser, its result under the names of the vectors. */
const READERS: Record<string, (lines: Lines) => unknown> = {
  signal: (lines) => {
    const { index, rssiDbm, ber } = findResponse(lines, signal.parseCsq)
    return { rssi_index: index, rssi_dbm: rssiDbm, ber_class: ber }
  },
  'signal-ext': (lines) => {
    const value = findResponse(lines, signal.parseCesq)
    const { rxlevDbm, ber, rscpDbm, ecnoDb, rsrqDb, rsrpDbm } = value
    return {
      rxlev_dbm: rxlevDbm,
      ber_class: ber,
      rscp_dbm: rscpDbm,
      ecno_db: ecnoDb,
      rsrq_db: rsrqDb,
      rsrp_dbm: rsrpDbm,
    }
  },
  zrssi: (lines) => {
    const value = findResponse(lines, signal.parseZrssi)
    const { radio, rssiDbm, rscpDbm, ecioDb, rsrpDbm, rsrqDb, sinrDb } = value
    const rat = radio
    if (rat === '2g') return { rat, rssi_dbm: rssiDbm }
    if (rat === 'lte') return { rat, rsrp_dbm: rsrpDbm, rsrq_db: rsrqDb, rssi_dbm: rssiDbm, sinr_db: sinrDb }
    return { rat, rssi_dbm: rssiDbm, ecio_db: ecioDb, rscp_dbm: rscpDbm }
  },
  zpas: (lines) => {
    const { technology, domain, accessTechnology, service } = findResponse(lines, zte.parseZpas)
    return { tech: technology, domain, access: accessTechnology?.toUpperCase() ?? null, service }
  },
  zpasr: (lines) => {
    const { technology, domain } = findResponse(lines, zte.parseZpas)
    return { tech: technology, domain }
  },
  zdonr: (lines) => {
    const { operator, mcc, mnc, domain, isRoaming } = findResponse(lines, zte.parseZdon)
    return { operator, mcc, mnc, domain, roaming: isRoaming }
  },
  zdon: (lines) => {
    const { operator, mcc, mnc, isRoaming } = findResponse(lines, zte.parseZdon)
    return { operator, mcc, mnc, roaming: isRoaming }
  },
  zsnt: (lines) => {
    const { triple, mode } = findResponse(lines, zte.parseZsnt)
    return { cm_mode: triple[0], net_sel_mode: triple[1], pref_acq: triple[2], mode: MODES[mode] }
  },
  zoprt: (lines) => {
    const { mode, isOnline } = findResponse(lines, zte.parseZoprt)
    return { mode, online: isOnline }
  },
  zsec: (lines) => {
    const { status, lock } = findResponse(lines, zte.parseZsec)
    return { sec_status: status, sim_lock: lock }
  },
  znck: (lines) => ({ attempts_left: findResponse(lines, zte.parseZnck) }),
  'pin-retries': (lines) => {
    const { pin, puk } = findResponse(lines, zte.parseZpinpuk)
    return { pin1: pin, puk1: puk }
  },
  text: (lines) => ({ value: identity.parseText(lines) }),
  imei: (lines) => ({ value: findResponse(lines, identity.parseImei) }),
  imsi: (lines) => ({ value: findResponse(lines, identity.parseImsi) }),
  iccid: (lines) => ({
    value: findResponse(lines, (line) => identity.parseCrsmIccid(line) ?? identity.parseIccid(line)),
  }),
  cnum: (lines) => ({ numbers: lines.flatMap((line) => identity.parseCnum(line) ?? []) }),
  ati: (lines) => {
    const { capabilities, ...rest } = identity.parseIdentification(lines)
    return { ...rest, gcap: capabilities }
  },
  list: (lines) => ({ values: lines }),
  cpin: (lines) => ({ state: findResponse(lines, device.parseCpin) }),
  cfun: (lines) => ({ mode: findResponse(lines, device.parseCfun) }),
  creg: (lines) => {
    const { mode, stat, areaCode, cellId, act } = findResponse(lines, network.parseRegistration)
    return { n: mode, stat, lac: areaCode, ci: cellId, act }
  },
  cops: (lines) => findResponse(lines, network.parseCops),
  'cops-scan': (lines) => {
    const { operators, modes, formats } = findResponse(lines, network.parseOperatorScan)
    return {
      operators: operators.map(({ longName, shortName, ...rest }) => ({ ...rest, long: longName, short: shortName })),
      modes,
      formats,
    }
  },
  cgact: (lines) => ({
    active: Object.fromEntries(
      lines.flatMap((line) => device.parseCgact(line) ?? []).map(({ cid, isActive }) => [cid, isActive]),
    ),
  }),
  cgpaddr: (lines) => {
    const { cid, ip } = findResponse(lines, data.parseCgpaddr)
    return { cid, address: ip }
  },
  cpms: (lines) => ({
    mem: findResponse(lines, sms.parseCpms).map(({ store, used, capacity }) => [store, used, capacity]),
  }),
  'cpms-test': (lines) => ({ mem: findResponse(lines, sms.parseCpmsTest) }),
  cmti: (lines) => {
    const { store, slot } = findResponse(lines, sms.parseArrival)
    return { mem: store, index: slot }
  },
  cdsi: (lines) => {
    const { store, slot } = findResponse(lines, sms.parseArrival)
    return { mem: store, index: slot }
  },
  cmt: (lines) => ({ alpha: null, ...findResponse(lines, sms.parseDirect) }),
  cds: (lines) => findResponse(lines, sms.parseDirect),
  cmgl: (lines) => ({
    messages: sms.parseCmgl(lines).map(({ slot, stat, length }) => ({ index: slot, stat, length })),
  }),
  cmgs: (lines) => ({ mr: findResponse(lines, sms.parseCmgs) }),
  'cusd-mode': (lines) => ({ n: findResponse(lines, device.parseCusd).status }),
  clip: (lines) => findResponse(lines, device.parseClip),
}

/** What a vector expects, without what only its own builder needs. */
function expectationOf({ parsed }: Vector): unknown {
  const { kind: _, vector: __, ...expected } = parsed
  if (!Array.isArray(expected.messages)) return expected
  return { messages: expected.messages.map(({ vector: ___, ...message }) => message) }
}

/** Kinds that other tests read: result codes, USSD text, lines without content, text mode. */
const ELSEWHERE = ['error', 'cusd', 'ignore', 'ring', 'zend', 'zcdrun', 'cmgl-text']

/** Answers to what the bridge never asks, and a notice that it passes over. */
const UNASKED = ['zusimr', 'zbandi', 'cgdcont', 'csca', 'cnmi', 'cnmi-test', 'csms', 'cpms-set', 'cmgr']

describe('every recorded reply', () => {
  for (const vector of VECTORS) {
    const { id, command, raw, parsed } = vector
    if (ELSEWHERE.includes(parsed.kind) || UNASKED.includes(parsed.kind)) continue
    test(`${id} is read as ${JSON.stringify(expectationOf(vector)).slice(0, 80)}`, () => {
      const { lines, urcs } = converse(command === null ? [] : [`${command}\r`], [raw])
      const reader = READERS[parsed.kind]
      assert.ok(reader, `no reader for ${parsed.kind}`)
      assert.deepEqual(reader(command === null ? urcs : lines), expectationOf(vector))
    })
  }

  for (const { id, raw, parsed } of VECTORS) {
    if (parsed.kind !== 'cusd') continue
    test(`${id} is taken apart, its text as it came`, () => {
      const [line = ''] = converse([], [raw]).urcs
      const fields = device.parseCusd(line)
      assert.deepEqual([fields?.status, fields?.dcs], [parsed.n, parsed.dcs])
      assert.equal(fields?.text, /"(.*)"/s.exec(raw)?.[1] ?? null)
    })
  }

  for (const { id, lines, parsed } of VECTORS) {
    if (parsed.kind !== 'zcdrun') continue
    test(`${id} tells by its last digit`, () => {
      assert.equal(findResponse(lines, zte.parseZcdrun), parsed.ok ?? parsed.autorun)
    })
  }
})

test('a message listing in text mode is refused', () => {
  for (const { lines, parsed } of VECTORS.filter((vector) => vector.parsed.kind === 'cmgl-text')) {
    assert.equal(parsed.kind, 'cmgl-text')
    assert.throws(
      () => sms.parseCmgl(lines),
      (error) => error instanceof ModemError && error.code === 'protocol' && /text mode/.test(error.message),
    )
  }
})

test('a reply that did not come is a protocol error with all lines in its detail', () => {
  assert.throws(
    () => findResponse(['hello', '+COPS: 0'], signal.parseCsq),
    (error) => error instanceof ModemError && error.code === 'protocol' && error.detail === 'hello\n+COPS: 0',
  )
})

const BROKEN: readonly { line: string; parse: (line: string) => unknown }[] = [
  { line: '+CSQ: ', parse: signal.parseCsq },
  { line: '+CSQ: x,99', parse: signal.parseCsq },
  { line: '+CESQ: 1,2', parse: signal.parseCesq },
  { line: '+ZRSSI: a', parse: signal.parseZrssi },
  { line: '+ZRSSI: 1,2,3,4,5', parse: signal.parseZrssi },
  { line: '+CREG: "1', parse: network.parseRegistration },
  { line: '+CREG: ', parse: network.parseRegistration },
  { line: '+COPS: (', parse: network.parseCops },
  { line: '+ZSNT: 1,2', parse: zte.parseZsnt },
  { line: '+ZPAS: ', parse: zte.parseZpas },
  { line: '+CPIN: ', parse: device.parseCpin },
  { line: '+CUSD: 1,"open', parse: device.parseCusd },
  { line: '+CUSD: x', parse: device.parseCusd },
  { line: '+CPMS: "SM",1', parse: sms.parseCpms },
  { line: '+CMTI: "SM"', parse: sms.parseArrival },
  { line: '+CMT: ,36', parse: sms.parseDirect },
  { line: '+CMT: ,36\nhello', parse: sms.parseDirect },
  { line: '+CMGS: ', parse: sms.parseCmgs },
]

for (const { line, parse } of BROKEN) {
  test(`${JSON.stringify(line)} is broken, and stays out of the message`, () => {
    assert.throws(
      () => parse(line),
      (error) => error instanceof ModemError && error.code === 'protocol' && !error.message.includes(line),
    )
  })
}

test('an entry without its PDU is left out of a listing and stays in the modem', () => {
  const lines = ['+CMGL: 1,1,,36', '+CMGL: 2,0,,3', '00040102', '+CMGL: 3,1,,0']
  assert.deepEqual(sms.parseCmgl(lines), [{ slot: 2, stat: 0, length: 3, pdu: '00040102' }])
})

test('the filling of a SIM record is cut off behind the TPDU', () => {
  assert.deepEqual(sms.parseCmgl(['+CMGL: 1,1,,3', '0291440401020'.padEnd(40, 'F')]), [
    { slot: 1, stat: 1, length: 3, pdu: '029144040102' },
  ])
})

test('every registration number has its state, and every technology its name', () => {
  const states = Array.from({ length: 13 }, (_, stat) => network.registrationState(stat))
  assert.deepEqual(
    states.join(' '),
    'not_registered home searching denied unknown roaming home roaming not_registered home roaming not_registered unknown',
  )
  const names = Array.from({ length: 15 }, (_, act) => network.accessTechnology(act))
  assert.deepEqual(names.join(' '), 'gsm gsm umts edge hsdpa hsupa hspa lte gsm lte lte nr_sa nr_sa nr_nsa ')
  assert.equal(network.accessTechnology(null), null)
})

test('every word of +CPIN has its state', () => {
  const words = ['READY', 'SIM PIN', 'SIM PUK', 'SIM PIN2', 'PH-NET PUK', 'NOT READY']
  assert.deepEqual(words.map(device.simState), ['ready', 'pin_required', 'puk_required', 'ready', 'blocked', 'unknown'])
})
