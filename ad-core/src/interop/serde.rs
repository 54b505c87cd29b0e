//! `serde`: an array as its shape and its numbers.

use crate::array::{Dense, checked_entries};
use ::serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use alloc::{format, vec::Vec};

#[derive(Serialize)]
#[serde(rename = "Dense")]
struct Written<'a, T> {
    shape: &'a [usize],
    data: &'a [T],
}

#[derive(Deserialize)]
#[serde(rename = "Dense", deny_unknown_fields)]
struct Read<T> {
    shape: Vec<usize>,
    data: Vec<T>,
}

impl<T: Serialize + Copy + 'static, const RANK: usize> Serialize for Dense<T, RANK> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written { shape: &self.shape(), data: self.as_slice() }.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de> + Copy + 'static, const RANK: usize> Deserialize<'de> for Dense<T, RANK> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Read { shape, data } = Read::<T>::deserialize(deserializer)?;
        let axes = shape.len();
        let shape: [usize; RANK] = shape
            .try_into()
            .map_err(|_| de::Error::custom(format!("an array of {axes} axes where {RANK} are expected")))?;
        if checked_entries(shape) != Some(data.len()) {
            let message = format!("{} numbers do not fill an array of shape {shape:?}", data.len());
            return Err(de::Error::custom(message));
        }
        Ok(Self::new(shape, data))
    }
}
