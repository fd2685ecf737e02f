//! How accuracy grows with the number of photos a class: heads on the features of both backbones, from 1 photo a class to all, several times
//! with other photos. The trunks are frozen, so this compares what they have learned before, not how they learn.

