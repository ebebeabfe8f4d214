import { LOG_LEVELS } from '../bridge/bridge-requests.ts'
import type { Topics } from '../mqtt/topics.ts'
import type { Component } from './entity-row.ts'
import { attributes, path } from './templates.ts'

/** Platform and own keys of everything that Home Assistant shows for the bridge itself, by key. */
export function bridgeEntities(topics: Topics): Readonly<Record<string, Component>> {
  const summary = topics.homeAssistant('bridge', 'summary')
  const avty = [{ t: topics.bridge('state') }]
  return {
    state: {
      p: 'binary_sensor',
      name: 'Connection',
      dev_cla: 'connectivity',
      ent_cat: 'diagnostic',
      stat_t: topics.bridge('state'),
      pl_on: 'online',
      pl_off: 'offline',
    },
    version: {
      p: 'sensor',
      name: 'Version',
      ic: 'mdi:information-outline',
      ent_cat: 'diagnostic',
      stat_t: topics.bridge('info'),
      val_tpl: path('version'),
    },
    problem: {
      p: 'binary_sensor',
      name: 'Problem',
      dev_cla: 'problem',
      ent_cat: 'diagnostic',
      avty,
      stat_t: summary,
      val_tpl: "{{ 'ON' if value_json.problems else 'OFF' }}",
      json_attr_t: summary,
      json_attr_tpl: attributes({ problems: 'value_json.problems' }),
    },
    messages_waiting: {
      p: 'sensor',
      name: 'Messages waiting',
      stat_cla: 'measurement',
      ic: 'mdi:message-processing',
      ent_cat: 'diagnostic',
      avty,
      stat_t: summary,
      val_tpl: path('messages_waiting'),
    },
    log_level: {
      p: 'select',
      name: 'Log level',
      options: LOG_LEVELS,
      ic: 'mdi:text-box-outline',
      ent_cat: 'config',
      avty,
      cmd_t: topics.bridgeRequest('log_level'),
      stat_t: summary,
      val_tpl: path('log_level'),
    },
    restart: {
      p: 'button',
      name: 'Restart',
      dev_cla: 'restart',
      ent_cat: 'config',
      avty,
      cmd_t: topics.bridgeRequest('restart'),
    },
  }
}
