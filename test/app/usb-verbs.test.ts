import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readSwitchArguments } from '../../src/app/usb-verbs.ts'

describe('the arguments of switch', () => {
  const GOOD: readonly (readonly [args: string, expected: ReturnType<typeof readSwitchArguments>])[] = [
    ['modem', { target: 'modem', stick: null, isConfirmed: false }],
    ['--yes network', { target: 'network', stick: null, isConfirmed: true }],
    ['--stick 1-2.1 storage', { target: 'storage', stick: '1-2.1', isConfirmed: false }],
    ['modem --stick=/dev/ttyUSB1 --yes', { target: 'modem', stick: '/dev/ttyUSB1', isConfirmed: true }],
    ['modem --url http://10.0.0.1/', { target: 'modem', stick: null, isConfirmed: false, url: 'http://10.0.0.1' }],
  ]
  for (const [args, expected] of GOOD) {
    it(`are understood: ${args}`, () => assert.deepEqual(readSwitchArguments(args.split(' ')), expected))
  }

  const BAD: readonly (readonly [args: string, message: RegExp])[] = [
    ['--yes', /needs a mode\. Usage: zte2mqtt switch modem\|network\|storage/],
    ['router', /does not know "router"/],
    ['modem network', /does not know "network"/],
    ['modem --yess', /does not know "--yess"/],
    ['modem --stick', /--stick needs a value/],
    ['modem --stick --yes', /--stick needs a value/],
    ['modem --url 192.168.0.1', /--url needs an address such as http:\/\/192\.168\.0\.1, found "192\.168\.0\.1"/],
    ['modem --url https://192.168.0.1', /--url needs an address/],
  ]
  for (const [args, message] of BAD) {
    it(`are refused: ${args}`, () =>
      assert.throws(() => readSwitchArguments(args.split(' ')), { name: 'UsageError', message }))
  }
})
