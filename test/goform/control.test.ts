import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isDataOff, isScanning, ratOf, readOperators, readSelection, readTries } from '../../src/goform/control.ts'

describe('a search for networks', () => {
  test('gives what it found, and leaves out what cannot be read', () => {
    const contents = '2,"SimNet",21901,7;1,"00530069006D",21910,2,4;3,"",26201,0;x,"broken",1,1;1,"No rat",310410;'
    assert.deepEqual(readOperators({ m_netselect_contents: contents }), [
      { name: 'SimNet', code: '21901', status: 'current', accessTechnology: 'lte' },
      { name: 'Sim', code: '21910', status: 'available', accessTechnology: 'umts' },
      { name: null, code: '26201', status: 'forbidden', accessTechnology: 'gsm' },
      { name: 'No rat', code: '310410', status: 'available', accessTechnology: null },
    ])
    assert.deepEqual(readOperators({}), [])
  })

  test('and a choice tell how they stand', () => {
    assert.equal(isScanning({ m_netselect_status: 'manual_selecting' }), true)
    assert.equal(isScanning({ m_netselect_status: 'manual_selected' }), false)
    const selections = ['manual_selecting', 'manual_success', 'manual_fail', ''].map((text) =>
      readSelection({ m_netselect_result: text }),
    )
    assert.deepEqual(selections, [null, true, false, null])
  })

  test('names the radio that a network is chosen on', () => {
    assert.deepEqual(
      [null, 'lte_ca', 'hspa_plus', 'edge', 'nr_nsa'].map((word) => ratOf(word as never)),
      [7, 7, 2, 0, 11],
    )
  })
})

describe('small answers', () => {
  test('tries that are left', () => {
    assert.deepEqual(readTries({ pinnumber: '3', puknumber: '10' }), { pin: 3, puk: 10 })
    assert.deepEqual(readTries({ pinnumber: '' }), { pin: null, puk: null })
  })

  for (const [word, isOff] of [
    ['ppp_disconnected', true],
    ['disconnected', true],
    ['ppp_ready', true],
    ['', true],
    ['ppp_disconnecting', false],
    ['ppp_connecting', false],
    ['ppp_connected', false],
    ['ipv4_ipv6_connected', false],
  ] as const) {
    test(`ppp_status ${JSON.stringify(word)} is ${isOff ? '' : 'not '}off`, () => {
      assert.equal(isDataOff({ ppp_status: word }), isOff)
    })
  }
})
