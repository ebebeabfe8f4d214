import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Format } from '../../src/config/formats.ts'
import {
  amount,
  boolean,
  brokerUrl,
  duration,
  filledText,
  imei,
  integer,
  modemId,
  numberPatterns,
  oneOf,
  pin,
  serialPort,
  text,
  topicName,
  topicPrefix,
} from '../../src/config/formats.ts'

const WRONG_TYPES = [null, undefined, {}, [], new Map(), Number.NaN]

const TABLE: readonly {
  name: string
  format: Format<unknown>
  accepts: readonly (readonly [raw: unknown, value: unknown])[]
  refuses: readonly unknown[]
}[] = [
  {
    name: 'text',
    format: text,
    accepts: [
      ['', ''],
      ['0123', '0123'],
    ],
    refuses: [123, true],
  },
  { name: 'filled text', format: filledText, accepts: [['a', 'a']], refuses: ['', 'a\0b', 1] },
  {
    name: 'amount',
    format: amount,
    accepts: [
      [0, 0],
      [0.09, 0.09],
    ],
    refuses: [-1, Number.POSITIVE_INFINITY, '0.09', '9 ct'],
  },
  {
    name: 'boolean',
    format: boolean,
    accepts: [
      [true, true],
      [false, false],
    ],
    refuses: ['true', 'yes', 1, 0],
  },
  {
    name: 'integer',
    format: integer(1, 10),
    accepts: [
      [1, 1],
      [10, 10],
    ],
    refuses: [0, 11, 1.5, '1', true],
  },
  {
    name: 'one of',
    format: oneOf(['auto', 5, true]),
    accepts: [
      ['auto', 'auto'],
      [5, 5],
      [true, true],
    ],
    refuses: ['5', 'Auto', 4, 'true'],
  },
  {
    name: 'duration',
    format: duration('1s', '7d'),
    accepts: [
      ['1s', 1000],
      ['30s', 30_000],
      ['5m', 300_000],
      ['1h', 3_600_000],
      ['7d', 604_800_000],
    ],
    refuses: ['0s', 0, '8d', 30, '30', '30 s', '1.5h', '-1s', '1w', 's', ''],
  },
  {
    name: 'duration that may be off',
    format: duration('0', '1d'),
    accepts: [
      [0, 0],
      ['0', 0],
      ['0s', 0],
    ],
    refuses: [1, '2d'],
  },
  {
    name: 'modem id',
    format: modemId,
    accepts: [
      ['stick', 'stick'],
      ['0', '0'],
      ['a_b-c', 'a_b-c'],
      ['a'.repeat(32), 'a'.repeat(32)],
    ],
    refuses: ['', 'Stick', '-a', '_a', 'a b', 'a/b', 'a'.repeat(33), 'bridge', 'pool', 1],
  },
  {
    name: 'topic prefix',
    format: topicPrefix,
    accepts: [
      ['zte2mqtt', 'zte2mqtt'],
      ['home/sms', 'home/sms'],
      ['é', 'é'],
    ],
    refuses: ['', '/', '/a', 'a/', 'a/#', 'a/+/b', '$SYS', 'a\0', 'a\n', 'a'.repeat(129)],
  },
  {
    name: 'topic',
    format: topicName,
    accepts: [
      ['hub/{modem}', 'hub/{modem}'],
      ['/a/', '/a/'],
    ],
    refuses: ['', 'a/#', '+', 'a\0'],
  },
  {
    name: 'broker address',
    format: brokerUrl,
    accepts: ['', 'mqtt://localhost', 'mqtts://h:8883', 'ws://h/mqtt', 'wss://[::1]:9001/x'].map((url) => [url, url]),
    refuses: ['localhost', 'http://h', 'mqtt://', 'mqtt:h', 'mqtt://u:p@h', 'mqtt://u@h', 'mqtt://h:99999', 1],
  },
  {
    name: 'serial port',
    format: serialPort,
    accepts: [
      'auto',
      '/dev/ttyUSB2',
      '/dev/serial/by-id/x',
      '/tmp/socat-link',
      'tcp://127.0.0.1:2000',
      'tcp://[::1]:2000',
    ].map((port) => [port, port]),
    refuses: [
      '',
      'AUTO',
      'ttyUSB2',
      '/',
      '/dev/tty\0',
      'tcp://h',
      'tcp://h:0',
      'tcp://h:70000',
      'tcp://h:1/x',
      'tcp://u@h:1',
      2,
    ],
  },
  {
    name: 'IMEI',
    format: imei,
    accepts: [
      ['490154203237518', '490154203237518'],
      ['012345678901234', '012345678901234'],
      [490154203237518, '490154203237518'],
    ],
    refuses: ['49015420323751', '4901542032375180', 12345678901234, '49015420323751x', [490154203237518]],
  },
  {
    name: 'PIN',
    format: pin,
    accepts: [
      ['1234', '1234'],
      ['00000000', '00000000'],
    ],
    refuses: [1234, '123', '123456789', '12a4'],
  },
]

describe('formats', () => {
  for (const { name, format, accepts, refuses } of TABLE) {
    for (const [raw, value] of accepts) {
      test(`${name} takes ${JSON.stringify(raw)}`, () => assert.deepEqual(format.read(raw), { value }))
    }
    for (const raw of [...refuses, ...WRONG_TYPES]) {
      test(`${name} refuses ${JSON.stringify(raw)} (${typeof raw})`, () =>
        assert.deepEqual(format.read(raw), { refused: [] }))
    }
  }

  const TEXTS: readonly (readonly [Format<unknown>, string, unknown])[] = [
    [boolean, 'true', true],
    [boolean, 'false', false],
    [boolean, 'yes', 'yes'],
    [integer(1, 10), '7', 7],
    [integer(1, 10), '-7', -7],
    [integer(1, 10), '7x', '7x'],
    [oneOf(['auto', 5, false]), '5', 5],
    [oneOf(['auto', 5, false]), 'false', false],
    [oneOf(['auto', 5, false]), 'auto', 'auto'],
    [oneOf(['auto', 5, false]), '6', '6'],
  ]
  for (const [format, given, raw] of TEXTS) {
    test(`the text ${given} for ${format.allowed} becomes ${JSON.stringify(raw)}`, () =>
      assert.equal(format.fromText?.(given), raw))
  }

  test('text stays as it is given, digits too', () => {
    for (const format of [text, filledText, pin, imei, modemId]) assert.equal(format.fromText, undefined)
  })

  test('phone numbers in a list may have * for further digits', () => {
    const given = ['+49*', '12345', '+49 (170) 12-3*', '*']
    assert.deepEqual(numberPatterns.read(given), { value: given })
    assert.deepEqual(numberPatterns.read('+49*'), { refused: [] })
  })

  test('each entry of the list that is no phone number is named', () => {
    const reading = numberPatterns.read(['+49*', 491701234567, '', '+', 'peter', '+49?', null])
    assert.deepEqual('refused' in reading && reading.refused.map(({ at }) => at), [
      '[1]',
      '[2]',
      '[3]',
      '[4]',
      '[5]',
      '[6]',
    ])
    assert.match(JSON.stringify(reading), /found a number/)
  })
})
