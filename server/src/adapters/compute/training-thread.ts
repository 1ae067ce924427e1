import { parentPort, workerData } from "node:worker_threads";
import { type TrainingTask, trainModel } from "@bellwether/shared";

/** Put there by `trainInThread`, which alone starts this file. */
const task: TrainingTask = workerData;

parentPort?.postMessage(trainModel(task));
