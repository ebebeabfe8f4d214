import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as parameters from '../../src/at/parameters.ts'
import * as device from '../../src/at/responses-device.ts'
import * as identity from '../../src/at/responses-identity.ts'
import * as network from '../../src/at/responses-network.ts'
import * as signal from '../../src/at/responses-signal.ts'
import * as sms from '../../src/at/responses-sms.ts'
import * as zte from '../../src/at/responses-zte.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { randomNumbers, VECTORS } from './vectors.ts'

describe('random bytes give a value or a ModemError', () => {
  const prefixes = VECTORS.flatMap(({ lines }) => lines.flatMap((line) => /^[+$A-Z ]+[:=]/.exec(line)?.[0] ?? []))
  const modules: Record<string, unknown> = {
    ...device,
    ...identity,
    ...network,
    ...signal,
    ...sms,
    ...zte,
    ...parameters,
  }
  const parsers = Object.entries(modules).filter(([name]) => /^parse[A-Z]/.test(name))
  const alphabet = '"",,()0123456789ABCDEF-+ \r\n\0xyz:='

  test('there are parsers to try', () => assert.ok(parsers.length > 30, String(parsers.length)))

  for (const [name, parser] of parsers) {
    test(`${name} withstands them`, () => {
      const random = randomNumbers(11)
      const takesLines = ['parseCmgl', 'parseText', 'parseIdentification'].includes(name)
      for (let round = 0; round < 3000; round += 1) {
        const noise = Array.from({ length: Math.floor(random() * 40) }, () => alphabet[Math.floor(random() * 32)]).join(
          '',
        )
        const prefix = prefixes[Math.floor(random() * prefixes.length)] ?? ''
        const line = random() < 0.2 ? noise : `${prefix}${noise}`
        try {
          const parse = parser as (input: string | readonly string[]) => unknown
          parse(takesLines ? [line, noise, line] : line)
        } catch (error) {
          assert.ok(
            error instanceof ModemError && error.code === 'protocol',
            `${name} of ${JSON.stringify(line)}: ${error}`,
          )
        }
      }
    })
  }
})
