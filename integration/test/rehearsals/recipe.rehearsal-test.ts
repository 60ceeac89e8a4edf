import { testRecipe } from "../recipe-released";

// Go needs Docker, and is tested there.
testRecipe("Python");
testRecipe("TypeScript");
