import { rollOut } from "./roll-out";

export = rollOut;
