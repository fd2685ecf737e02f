//! Words of augmentation, in the stage Preprocessing of the explorer.
