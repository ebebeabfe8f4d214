import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { describeUsbProduct } from '../../src/devices/usb.ts'
import { COMPOSITIONS, PORTLESS } from '../../src/devices/usb-compositions.ts'
import { ZEROCD } from '../../src/devices/usb-zerocd.ts'

interface UsbIds {
  compositions: Record<string, { at_modem_if?: number; at_status_if?: number; network_if?: number; models?: string }>
  network_only: Record<string, string>
  zerocd: Record<string, { name: string; targets: string[]; standard_eject: boolean; message: string | null }>
}
const ids: UsbIds = JSON.parse(readFileSync(new URL('../vectors/usb-ids.json', import.meta.url), 'utf8'))

// JSON keys that look like integers change their place when read.
const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id)

describe('the tables of product ids', () => {
  it('hold every composition of the published lists and no other', () => {
    const expected = Object.entries(ids.compositions).map(([id, row]) => ({
      id,
      ...(row.at_modem_if === undefined ? {} : { modem: row.at_modem_if }),
      ...(row.at_status_if === undefined ? {} : { status: row.at_status_if }),
      ...(row.network_if === undefined ? {} : { network: row.network_if }),
      ...(row.models === undefined ? {} : { models: row.models }),
    }))
    assert.equal(expected.length, 76)
    assert.deepEqual(COMPOSITIONS.toSorted(byId), expected.sort(byId))
  })

  it('hold every composition without ports', () => {
    assert.deepEqual(Object.fromEntries(PORTLESS.map(({ id, models }) => [id, models])), ids.network_only)
    assert.deepEqual(
      PORTLESS.filter(({ mode }) => mode === 'bootloader').map(({ id }) => id),
      ['0076'],
    )
  })

  it('hold every CD-ROM id with its targets and its message', () => {
    const expected = Object.entries(ids.zerocd).map(([id, row]) => ({
      id,
      name: row.name,
      targets: row.targets,
      ...(row.message === null ? {} : { message: row.message }),
      ...(row.standard_eject ? {} : { eject: false }),
    }))
    assert.equal(expected.length, 74)
    assert.deepEqual(ZEROCD.toSorted(byId), expected.sort(byId))
  })
})

const STORAGE = '08/06/50'
const SERIAL = 'ff/ff/ff'

describe('describeUsbProduct', () => {
  const cases: [string, string, string[], string, number[]][] = [
    ['asks the status port, then the modem port, diagnostic last', '0117', [SERIAL, STORAGE], 'modem', [1, 2, 3, 4, 0]],
    ['keeps the modem port second where it is interface 3', '0031', [SERIAL], 'modem', [1, 3, 2, 4, 0]],
    ['asks interface 0 early on the oldest sticks', '0001', [SERIAL], 'modem', [2, 0, 1, 3, 4]],
    ['never asks the interface reserved for a network card', '0063', [SERIAL], 'modem', [1, 3, 2, 0]],
    ['asks in the usual order where the table knows no ports', '1270', [SERIAL], 'modem', [1, 2, 3, 4, 0]],
    ['takes upper-case ids', '000A', [SERIAL], 'modem', [1, 0, 2, 3, 4]],
    ['knows a CD-ROM by its id', '2000', [], 'storage', []],
    ['takes an id of both kinds for a CD-ROM while it shows no interfaces', '0033', [], 'storage', []],
    ['sees that 0033 is the CD-ROM of an MF636DB', '0033', [STORAGE], 'storage', []],
    ['sees that 0033 is the modem of an MF636', '0033', [SERIAL, STORAGE], 'modem', [1, 4, 2, 3, 0]],
    ['sees that 1007 is the CD-ROM of a K3570-Z', '1007', [STORAGE], 'storage', []],
    ['knows the network composition by its id', '1405', ['02/06/00', '0a/00/00', STORAGE], 'network', []],
    ['leaves the boot loader alone', '0076', [SERIAL], 'bootloader', []],
    ['takes an unknown id with vendor interfaces for a modem', '9999', [SERIAL], 'modem', [1, 2, 3, 4, 0]],
    [
      'takes an unknown id with RNDIS and debug bridge for a network card',
      '9998',
      ['e0/01/03', 'ff/42/01'],
      'network',
      [],
    ],
    ['takes RNDIS with a serial port for a modem', '1404', ['e0/01/03', '0a/00/00', SERIAL], 'modem', [1, 2, 3, 4, 0]],
    ['takes CDC-ACM for a modem', '9997', ['02/02/01', '0a/00/00'], 'modem', [1, 2, 3, 4, 0]],
    ['takes the other spelling of RNDIS for a network card', '9996', ['02/02/ff', '0a/00/00'], 'network', []],
    ['admits that it does not know', '9995', [], 'unknown', [1, 2, 3, 4, 0]],
  ]
  for (const [sentence, id, classes, mode, order] of cases) {
    it(sentence, () => {
      const product = describeUsbProduct(id, classes)
      assert.deepEqual({ mode: product.mode, order: product.atInterfaces }, { mode, order })
    })
  }

  it('names the models of what the stick is now', () => {
    assert.equal(describeUsbProduct('0033', [STORAGE]).models, 'ZTE MF636DB')
    assert.equal(describeUsbProduct('0033', [SERIAL]).models, 'MF636 (operator build)')
    assert.equal(describeUsbProduct('0015', [SERIAL]).models, null)
  })
})
