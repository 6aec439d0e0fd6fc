"""Names and abbreviations of states and provinces, as news text writes them; no places inside them.

The abbreviations with a period are those of the AP style; two-letter codes count only after a comma.
"""

from __future__ import annotations

US_STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip

AP_ABBREVIATIONS = {
    "Ala": "AL", "Ariz": "AZ", "Ark": "AR", "Calif": "CA", "Colo": "CO", "Conn": "CT", "Del": "DE", "D.C": "DC",
    "Fla": "FL", "Ga": "GA", "Ill": "IL", "Ind": "IN", "Kan": "KS", "Kans": "KS", "Ky": "KY", "La": "LA", "Md": "MD",
    "Mass": "MA", "Mich": "MI", "Minn": "MN", "Miss": "MS", "Mo": "MO", "Mont": "MT", "Neb": "NE", "Nebr": "NE",
    "Nev": "NV", "N.H": "NH", "N.J": "NJ", "N.M": "NM", "N.Y": "NY", "N.C": "NC", "N.D": "ND", "Okla": "OK",
    "Ore": "OR", "Pa": "PA", "Penn": "PA", "R.I": "RI", "S.C": "SC", "S.D": "SD", "Tenn": "TN", "Tex": "TX",
    "Vt": "VT", "Va": "VA", "Wash": "WA", "W.Va": "WV", "Wis": "WI", "Wyo": "WY",
    "Ont": "ON", "Alta": "AB", "B.C": "BC", "Que": "QC", "Sask": "SK", "Man": "MB", "N.S": "NS", "N.B": "NB",
}  # fmt: skip

PROVINCES = {
    "Ontario": ("CA", "ON"), "Quebec": ("CA", "QC"), "British Columbia": ("CA", "BC"), "Alberta": ("CA", "AB"),
    "Manitoba": ("CA", "MB"), "Saskatchewan": ("CA", "SK"), "Nova Scotia": ("CA", "NS"),
    "New Brunswick": ("CA", "NB"), "Newfoundland": ("CA", "NL"), "Prince Edward Island": ("CA", "PE"),
    "England": ("GB", "ENG"), "Scotland": ("GB", "SCT"), "Wales": ("GB", "WLS"),
    "Northern Ireland": ("GB", "NIR"), "New South Wales": ("AU", "NSW"), "Queensland": ("AU", "QLD"),
    "Tasmania": ("AU", "TAS"), "Western Australia": ("AU", "WA"), "South Australia": ("AU", "SA"),
}  # fmt: skip

COUNTRY_WORDS = {
    "US": ("U.S.", "USA", "United States", "America"), "GB": ("UK", "U.K.", "Britain", "Great Britain", "British"),
    "RU": ("Russia", "Russian", "Russians"), "KR": ("South Korea", "South Korean"), "CD": ("Congo", "Congolese"),
    "CZ": ("Czech Republic", "Czech"), "TR": ("Turkey", "Turkish"), "CA": ("Canadian", "Canadians"),
    "AU": ("Australian", "Australians"), "FR": ("French",), "DE": ("German", "Germans"), "IT": ("Italian", "Italians"),
    "ES": ("Spanish", "Spaniards"), "IE": ("Irish",), "IL": ("Israeli", "Israelis"), "EG": ("Egyptian", "Egyptians"),
    "GR": ("Greek", "Greeks"), "IN": ("Indian", "Indians"), "PK": ("Pakistani",), "CN": ("Chinese",),
    "JP": ("Japanese",),
    "MX": ("Mexican", "Mexicans"), "BR": ("Brazilian",), "PH": ("Filipino",), "UA": ("Ukrainian",), "PL": ("Polish",),
    "LB": ("Lebanese",), "IR": ("Iranian",), "IQ": ("Iraqi",), "SA": ("Saudi",), "ZA": ("South African",),
    "NL": ("Dutch",), "SE": ("Swedish",), "NO": ("Norwegian",), "CU": ("Cuban",), "GE": ("Georgian",),
}  # fmt: skip
"""What news calls a country beside its name in the table of countries."""
