import { rollOut } from "./roll-out";
import { rememberStackFrames } from "./stack-frames";

rememberStackFrames();

export = rollOut;
