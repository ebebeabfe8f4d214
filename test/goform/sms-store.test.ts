import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messagePage, readCapacity, readNotices, readOutcome, readStores } from '../../src/goform/sms-store.ts'

const CAPACITY = { sms_nv_total: '100', sms_nv_rev_total: '103', sms_nv_send_total: '', sms_sim_total: '0' }

test('a store is never fuller than full, and boxes without a number count nothing', () => {
  assert.deepEqual(readCapacity(CAPACITY, 'device'), { storage: 'device', used: 100, capacity: 100 })
})

test('a store without a size is none, and so is one behind a session that is over', () => {
  assert.equal(readCapacity(CAPACITY, 'sim'), null)
  assert.equal(readCapacity({ sms_capacity_info: '' }, 'device'), null)
  assert.equal(readCapacity({ sms_nv_total: '' }, 'device'), null)
})

test('unread messages of the device come under an old or a new name', () => {
  assert.equal(readCapacity({ ...CAPACITY, sms_unread_num: '3' }, 'device')?.unread, 3)
  assert.equal(readCapacity({ ...CAPACITY, sms_unread_num: '3', sms_dev_unread_num: '0' }, 'device')?.unread, 0)
})

test('pages differ by number and store', () => {
  const page = new Map(messagePage('sim', 3))
  assert.deepEqual([page.get('page'), page.get('mem_store'), page.get('tags')], ['3', '0', '10'])
})

test('an empty flag is no hint', () => {
  assert.deepEqual(readNotices({ sms_received_flag: '', sts_received_flag: '2' }), {
    hasMessage: false,
    hasReport: true,
  })
})

test('an outcome is read without the name of the operation, and never taken for another one', () => {
  assert.equal(readOutcome({ sms_cmd_status_result: '3' }, 'send'), 'done')
  assert.equal(readOutcome({ sms_cmd: '4', sms_cmd_status_result: '' }, 'send'), 'none')
  assert.equal(readOutcome({ sms_cmd_status_info: '' }, 'send'), 'none')
  assert.equal(readOutcome({ result: 'failure' }, 'send'), 'none')
  for (const values of [{ sms_cmd: '6', sms_cmd_status_result: '3' }, { sms_cmd_status_result: '7' }, {}]) {
    assert.throws(() => readOutcome(values, 'send'), { code: 'protocol' })
  }
})

test('the SIM is named beside the store of the device, and stands alone where that has no size', () => {
  const boxes = {
    sms_nv_total: '100',
    sms_nv_rev_total: '3',
    sms_sim_total: '20',
    sms_sim_rev_total: '19',
    sms_sim_send_total: '1',
  }
  assert.deepEqual(readStores({ ...boxes, sms_unread_num: '2' }), {
    storage: 'device',
    used: 3,
    capacity: 100,
    unread: 2,
    others: [{ storage: 'sim', used: 20, capacity: 20 }],
  })
  assert.deepEqual(readStores({ ...boxes, sms_nv_total: '' }), { storage: 'sim', used: 20, capacity: 20 })
  assert.deepEqual(readStores({ ...boxes, sms_sim_total: '0' }), { storage: 'device', used: 3, capacity: 100 })
  assert.equal(readStores({ sms_capacity_info: '' }), null)
})
