// The thread of one listener's clients: an event loop of their own, which the local AWS cannot hold up.
import { parentPort, workerData } from "node:worker_threads";
import type { FromWorker, ToWorker } from "./clients";
import { Generator } from "./generator";
import type { ResolvedOptions } from "./options";

const post = (message: FromWorker, transfer: ArrayBuffer[] = []) =>
  parentPort?.postMessage(message, transfer);

const generator = new Generator(workerData as ResolvedOptions, (snapshot) => post({ snapshot }));
post({ started: true });

parentPort?.on("message", (message: ToWorker) => {
  if (message !== "stop") {
    generator.setRate(message.ratePerSecond);
    return;
  }
  void generator.stop().then((recording) => {
    const columns = Object.values(recording).filter((value) => ArrayBuffer.isView(value));
    post(
      { recording },
      columns.map((column) => column.buffer as ArrayBuffer),
    );
    parentPort?.close();
  });
});
