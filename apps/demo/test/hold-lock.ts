// Locks the folder of the first argument, as on the platform of the second, and stays until it is killed.
import { StartUpError } from "../src/start-up-error.js";
import { lockFolder } from "../src/storage/lock/folder-lock.js";

const [folder = "", platform = process.platform] = process.argv.slice(2);
try {
  await lockFolder(folder, platform);
  console.log("held");
  setInterval(() => {}, 60_000);
} catch (error) {
  console.log(error instanceof StartUpError ? `refused: ${error.message}` : error);
}
