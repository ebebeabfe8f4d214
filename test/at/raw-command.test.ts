import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { rawCommandFault } from '../../src/at/raw-command.ts'

const PASSED_ON = [
  'AT',
  'at+csq',
  'ATI',
  'AT&V',
  'ATS3?',
  'AT+CSQ',
  'AT+CMGF?',
  'AT+CPMS=?',
  'AT+CLCK="SC",2',
  'AT+CUSD=1,"*100#;",15',
  'AT^ICCID?',
  'AT$QCPDPP',
  'AT+CGDCONT=1,"IP","internet"',
]

const REFUSED: readonly (readonly [command: string, why: RegExp])[] = [
  ['', /begin with AT/],
  ['CSQ', /begin with AT/],
  ['AT+CSQ\r', /one line/],
  ['AT+CSQ\nAT+CMGD=1', /one line/],
  ['AT+CSQ\x1a', /one line/],
  ['AT+CNUM="ü"', /ASCII/],
  [`AT+X=${'1'.repeat(400)}`, /at most 400/],
  ['ATE1', /basic commands/],
  ['ATE0', /basic commands/],
  ['ATV0', /basic commands/],
  ['ATQ1', /basic commands/],
  ['ATZ', /basic commands/],
  ['AT&F', /basic commands/],
  ['AT&W', /basic commands/],
  ['ATD*99#', /basic commands/],
  ['ATD123;', /basic commands/],
  ['ATA', /basic commands/],
  ['ATO', /basic commands/],
  ['ATIE1', /basic commands/],
  ['AT+CSQ;+CMGD=1', /one command at a time/],
  ['AT+CSQ;E1', /one command at a time/],
  ['AT+CUSD=1,"a";+CMGS=3', /one command at a time/],
  ['AT+CMGS=23', /sms\/send/],
  ['at+cmgs=23', /sms\/send/],
  ['AT+CMSS=1', /sms\/send/],
  ['AT+CMGC=23', /sms\/send/],
  ['AT+CMGW=23', /more data/],
  ['AT+CMGW', /more data/],
  ['AT+CNMA=1,23', /more data/],
  ['AT+CMGD=1', /delete/],
  ['AT+CPIN="1234"', /sim\/unlock/],
  ['AT+CMGF=1', /relies on/],
  ['AT+CPMS="ME"', /relies on/],
  ['AT+CNMI=0,0', /relies on/],
  ['AT+CSMS=1', /relies on/],
  ['AT+CMEE=2', /relies on/],
  ['AT+CSCS="UCS2"', /relies on/],
  ['AT+CGDATA="PPP",1', /ends the conversation/],
  ['AT+CMUX=0', /ends the conversation/],
  ['AT+IPR=9600', /ends the conversation/],
]

describe('a raw command', () => {
  for (const command of PASSED_ON) {
    test(`${command} is passed on`, () => assert.equal(rawCommandFault(command), undefined))
  }
  for (const [command, why] of REFUSED) {
    test(`${JSON.stringify(command.slice(0, 40))} is refused, and it is said why`, () => {
      assert.match(rawCommandFault(command) ?? 'passed on', why)
    })
  }
})
