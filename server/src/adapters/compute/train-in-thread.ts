import { Worker } from "node:worker_threads";
import type { TrainingResult } from "@bellwether/shared";
import type { TrainModel } from "../../services/ports.ts";

/** Seconds of calculation would hold up deliveries and the process's sign of life; a thread of its own does not. */
export const trainInThread: TrainModel = (task) =>
  new Promise<TrainingResult>((resolve, reject) => {
    const thread = new Worker(new URL("./training-thread.ts", import.meta.url), { workerData: task });
    thread.once("message", resolve);
    thread.once("error", reject);
    thread.once("exit", (code) => reject(new Error(`the training thread ended with ${code} and no result`)));
  });
