import { BROKER } from './kill-house.ts'
import { RECEIVING } from './kill-receiving.ts'
import { sweep } from './kill-sweep.ts'

sweep(RECEIVING, BROKER)
